// The list of trusted STI authorities that STI-PA publishes (ATIS-1000084): a JWS whose payload numbers the list and holds the roots.
// The one who signs it is a matter of configuration. Whether it is newer than the last one is for judge-ca-list.ts.
//
//   { "sequence": 7, "trustList": ["-----BEGIN CERTIFICATE-----..." or base64 of DER, ...], "exp": 1790000000 }

import { decodeBase64url, equalBytes } from '../bytes/index.ts';
import { type Certificate, parseCertificate, parsePem } from '../certificate/index.ts';
import type { Json } from '../json/index.ts';
import { type CompactJws, parseCompactJws } from '../jws/index.ts';
import { StirError } from '../stir-error.ts';

export interface CaList {
  readonly jws: CompactJws;
  /** Grows by every list published. */
  readonly sequence: number;
  /** The authorities, none twice. */
  readonly anchors: readonly Certificate[];
  /** How many entries are no certificate that could be an anchor here; they are left out. */
  readonly unusable: number;
  /** Unix seconds, where the list says so. */
  readonly expiresAt?: number | undefined;
}

const MAXIMUM_TEXT = 1_048_576;
const MAXIMUM_ANCHORS = 1000;

/**
 * Reads a compact JWS of at most 1 MiB. Does not verify.
 * @throws StirError ERR_JWS_FORMAT, or ERR_CA_LIST_FORMAT where there is no sequence number or no usable authority
 */
export function parseCaList(text: string): CaList {
  const jws = parseCompactJws(text.trim(), MAXIMUM_TEXT);
  const { sequence, trustList, exp } = jws.payload;
  if (jws.header.alg !== 'ES256') throw refusal('signed with something else than ES256');
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 0)
    throw refusal('no sequence number');
  if (!Array.isArray(trustList) || trustList.length === 0 || trustList.length > MAXIMUM_ANCHORS)
    throw refusal('not a list of 1 to 1000 authorities');
  if (exp !== undefined && (typeof exp !== 'number' || !Number.isSafeInteger(exp)))
    throw refusal('an end that is no time');
  return { jws, sequence, ...readAnchors(trustList), expiresAt: exp };
}

function readAnchors(trustList: readonly Json[]): Pick<CaList, 'anchors' | 'unusable'> {
  const anchors: Certificate[] = [];
  let unusable = 0;
  for (const entry of trustList) {
    const anchor = readAnchor(entry);
    if (anchor === undefined) unusable++;
    else if (!anchors.some(({ der }) => equalBytes(der, anchor.der))) anchors.push(anchor);
  }
  if (anchors.length === 0) throw refusal('no usable authority');
  return { anchors, unusable };
}

/** One that this profile cannot read anchors nothing here; the others of the list are not to suffer for it. */
function readAnchor(entry: Json): Certificate | undefined {
  try {
    const certificate = typeof entry === 'string' ? parseEntry(entry) : undefined;
    return certificate?.basicConstraints?.isCa === true ? certificate : undefined;
  } catch (error) {
    if (error instanceof StirError) return undefined;
    throw error;
  }
}

function parseEntry(entry: string): Certificate | undefined {
  if (entry.includes('-----BEGIN')) {
    const ders = parsePem(entry);
    return ders.length === 1 ? parseCertificate(ders[0]!) : undefined;
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(entry) || entry.length % 4 !== 0) return undefined;
  return parseCertificate(
    decodeBase64url(entry.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')),
  );
}

function refusal(what: string): StirError {
  return new StirError('ERR_CA_LIST_FORMAT', `not a list of trusted authorities: ${what}`);
}
