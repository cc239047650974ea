// What the RFCs of PASSporT (P), Identity (I), certificates (C) and PASSporT types (X) ask of this project, and RFC 8816
// of its parts (`matrix-out-of-band.ts`): one row a requirement. Code is found by citation of the source, or by the row's
// id in comments where several rows share a section; tests by the row's id in their names.

import { OUT_OF_BAND } from './matrix-out-of-band.ts';

export interface Requirement {
  readonly id: string;
  /** In the form that comments cite: `RFC 8225 Section 4.1`. */
  readonly source: string;
  /** The BCP 14 word of the source, or what stands in its place. */
  readonly level: string;
  readonly demand: string;
  /** One sentence on why no role of this project does it; only where code or test is missing for that reason. */
  readonly absence?: string;
}

export const GROUPS: Readonly<Record<string, string>> = {
  P: 'PASSporT',
  I: 'Identity header field',
  C: 'Certificates',
  X: 'PASSporT types',
  S: 'Storing',
  R: 'Retrieving',
  G: 'Gateways',
  V: 'Access tokens of neighbours',
};

export const MATRIX: readonly Requirement[] = [
  {
    id: 'P-01',
    source: 'RFC 8225 Sections 4 and 9',
    level: 'MUST',
    demand: 'Header and payload are serialised in one canonical way, byte for byte',
  },
  {
    id: 'P-02',
    source: 'RFC 8225 Sections 4.2 and 6, RFC 7518 Section 3.4',
    level: 'MUST',
    demand: 'ES256 signs and verifies, as 64 raw bytes',
  },
  {
    id: 'P-03',
    source: 'RFC 8225 Section 4.1',
    level: 'MUST',
    demand: '`typ` is `passport` and nothing else',
  },
  {
    id: 'P-04',
    source: 'RFC 8225 Section 5.2.1',
    level: 'MUST',
    demand:
      '`orig` is exactly one identity, `dest` lists at least one; lists are written sorted and read unsorted',
  },
  {
    id: 'P-05',
    source: 'RFC 8225 Section 5.1.1',
    level: 'MUST',
    demand: '`iat` is there and is a NumericDate',
  },
  {
    id: 'P-06',
    source: 'RFC 8225 Section 8.1',
    level: 'MUST',
    demand: 'A `ppt` that is not supported fails',
  },
  {
    id: 'P-07',
    source: 'RFC 8225 Section 7',
    level: 'MUST',
    demand: 'The compact form is made, and made whole again from what the call says',
  },
  {
    id: 'P-08',
    source: 'RFC 8225 Section 5.2.2',
    level: 'MUST',
    demand: '`mky` is sorted and formatted as laid down',
  },
  {
    id: 'I-01',
    source: 'RFC 8224 Section 8.3',
    level: 'MUST',
    demand: 'Telephone numbers are brought to canonical form',
  },
  {
    id: 'I-02',
    source: 'RFC 8224 Section 8.5',
    level: 'MUST',
    demand: 'URIs are normalised',
  },
  {
    id: 'I-03',
    source: 'RFC 8224 Section 4.1',
    level: 'MUST',
    demand: '`info`, `alg` and `ppt` say what the header of the PASSporT says; else 438',
  },
  {
    id: 'I-04',
    source: 'RFC 8224 Section 6.2.4',
    level: 'MUST NOT',
    demand: 'The caller is never taken from the token alone: it has to match what the signalling says',
  },
  {
    id: 'I-05',
    source: 'RFC 8224 Section 6.2',
    level: 'RECOMMENDED',
    demand: 'A PASSporT is fresh for 60 seconds, and its time lies within the validity of its certificate',
  },
  {
    id: 'I-06',
    source: 'RFC 8224 Section 6.2.2',
    level: 'as defined',
    demand: 'Every failure has its response code: 403, 428, 436, 437 or 438',
  },
  {
    id: 'I-07',
    source: 'RFC 8224 Section 6.1.1',
    level: 'SHOULD',
    demand: 'After 438 to a compact form, one retry with the full form and no more',
  },
  {
    id: 'I-08',
    source: 'RFC 9410',
    level: 'MUST',
    demand: 'A call that goes on says what was wrong with a PASSporT: `Reason: STIR`, with `ppi`',
  },
  {
    id: 'C-01',
    source: 'RFC 8226 Section 9',
    level: 'MUST',
    demand: 'TNAuthList is encoded and decoded: service provider code, range, single number',
  },
  {
    id: 'C-02',
    source: 'RFC 8226 Section 9',
    level: 'MUST NOT',
    demand: 'A range does not grow past the digits of its first number',
  },
  {
    id: 'C-03',
    source: 'RFC 8226 Section 10.1',
    level: 'MUST',
    demand: 'A TNAuthList by reference is fetched over https, and over nothing else',
  },
  {
    id: 'C-04',
    source: 'RFC 8226 Section 8',
    level: 'MUST',
    demand: 'Claims that a certificate demands are there, with a value that it permits',
  },
  {
    id: 'C-05',
    source: 'RFC 9118 Section 3',
    level: 'MUST',
    demand: 'Claims that a certificate excludes are absent; an exclusion of a base claim voids the extension',
  },
  {
    id: 'C-06',
    source: 'RFC 9118 Section 6',
    level: 'MUST NOT',
    demand: 'No certificate has both forms of claim constraints',
  },
  {
    id: 'C-07',
    source: 'RFC 9060 Sections 4 and 4.1',
    level: 'MUST',
    demand: 'What a delegate certificate covers is encompassed by its issuer, all the way up',
  },
  {
    id: 'C-08',
    source: 'RFC 9060 Section 7',
    level: 'MUST',
    demand: 'A chain is PEM in order, signer first, each key identifier naming the next',
  },
  {
    id: 'C-09',
    source: 'RFC 9060 Section 4',
    level: 'design',
    demand: 'A CA certificate signs no PASSporT',
  },
  {
    id: 'X-01',
    source: 'RFC 8946 Section 3',
    level: 'MUST',
    demand: 'Who signs `div` has authority over the diverting number',
  },
  {
    id: 'X-02',
    source: 'RFC 8946 Section 4.2',
    level: 'MUST',
    demand: 'A chain of diversions is linked, has one originator, is fresh, and every signature holds',
  },
  {
    id: 'X-03',
    source: 'RFC 8946 Sections 5 and 6',
    level: 'MUST',
    demand: '`div-o` carries the PASSporT before it in `opt`, in full form',
  },
  {
    id: 'X-04',
    source: 'RFC 8588',
    level: 'as defined',
    demand: '`shaken` has `attest` A, B or C and a UUID as `origid`',
  },
  {
    id: 'X-05',
    source: 'RFC 9027 Section 4',
    level: 'MUST',
    demand: '`sph` has the one value that is defined',
  },
  {
    id: 'X-06',
    source: 'RFC 9970 Section 9',
    level: 'MUST (NOT)',
    demand: '`rsp` travels in responses only and is ignored in requests',
  },
  {
    id: 'X-07',
    source: 'RFC 9970 Section 5',
    level: 'MUST',
    demand: 'A destination other than the one called is joined to it by `div`',
  },
  ...OUT_OF_BAND,
];
