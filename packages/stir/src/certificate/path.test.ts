// Chains are made with another X.509 implementation, so that this reader and that writer check each other; pkijs
// validates the same chain.

import type { webcrypto } from 'node:crypto';
import * as pkijs from 'pkijs';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../../../oobleck/src/crypto/node-crypto.ts';
import * as x509 from '../../../oobleck/src/lab/x509.ts';
import { encodeBase64url } from '../bytes/index.ts';
import { encodeDer, encodeDerOid, TAG } from '../der/index.ts';
import {
  formatTnEntry,
  parseTelephoneNumber,
  parseTnEntry,
  type Spc,
  type TnEntry,
} from '../number/index.ts';
import { StirError } from '../stir-error.ts';
import { acceptedEntries, authorityOver, type NumberMap } from './authority.ts';
import { type Certificate, parseCertificate, withFetchedLists } from './certificate.ts';
import { cpsUrisOf } from './cps-uri.ts';
import { type PathInput, validatePath } from './path.ts';
import { signerId } from './signer.ts';
import { encodeTnAuthList } from './tn-auth-list.ts';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const START = Date.UTC(2026, 0, 1) / 1000;
const DAY = 86_400;
const AT = START + DAY;
const port = createNodeCrypto();

interface Party {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Shape {
  readonly ca?: boolean | undefined;
  readonly pathLength?: number;
  readonly usage?: number | undefined;
  readonly list?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly more?: readonly x509.Extension[];
  readonly signing?: webcrypto.EcdsaParams & { hash: string };
  /** Whose key the certificate says signed it, where that is a lie. */
  readonly authorityKey?: CryptoKey;
  readonly keyIds?: 'none';
}

const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;
const CA = { ca: true, usage: keyCertSign | cRLSign } as const;
const LEAF = { ca: false, usage: digitalSignature, list: ['0-1234'] } as const;

async function createParty(name: string, algorithm: webcrypto.EcKeyGenParams = P256): Promise<Party> {
  return {
    name: `C=US, CN=${name}`,
    keys: await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']),
  };
}

async function issue(subject: Party, issuer: Party, shape: Shape): Promise<Certificate> {
  const keyIds = [
    await x509.SubjectKeyIdentifierExtension.create(subject.keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(shape.authorityKey ?? issuer.keys.publicKey),
  ];
  const extensions: x509.Extension[] = [...(shape.keyIds ? [] : keyIds), ...(shape.more ?? [])];
  if (shape.ca !== undefined)
    extensions.push(new x509.BasicConstraintsExtension(shape.ca, shape.pathLength, true));
  if (shape.usage !== undefined) extensions.push(new x509.KeyUsagesExtension(shape.usage, true));
  if (shape.list !== undefined && shape.list.length > 0) {
    const list = encodeTnAuthList(shape.list.map(parseTnEntry));
    extensions.push(new x509.Extension('1.3.6.1.5.5.7.1.26', false, list));
  }
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: '0a',
    subject: subject.name,
    issuer: issuer.name,
    notBefore: new Date((shape.from ?? START) * 1000),
    notAfter: new Date((shape.to ?? START + 365 * DAY) * 1000),
    publicKey: subject.keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: shape.signing ?? P256,
    extensions,
  });
  return parseCertificate(new Uint8Array(made.rawData));
}

let root: Party;
let middle: Party;
let carrier: Party;
let rootCert: Certificate;
let middleCert: Certificate;
let leafCert: Certificate;
beforeAll(async () => {
  root = await createParty('Root');
  middle = await createParty('Issuing CA');
  carrier = await createParty('SHAKEN 1234');
  rootCert = await issue(root, root, CA);
  middleCert = await issue(middle, root, { ...CA, pathLength: 0 });
  leafCert = await issue(carrier, middle, LEAF);
});

function check(chain: readonly Certificate[], more: Partial<PathInput> = {}): string {
  const verdict = validatePath({ chain, anchors: [rootCert], at: AT, crypto: port, ...more });
  return verdict.valid ? 'valid' : verdict.reason;
}

const leafWith = async (shape: Shape) =>
  check([await issue(carrier, middle, { ...LEAF, ...shape }), middleCert]);
const middleWith = async (shape: Shape) => check([leafCert, await issue(middle, root, { ...CA, ...shape })]);

describe('validatePath accepts', () => {
  it('a chain with its root and without, and says which anchor', () => {
    const chain = [leafCert, middleCert];
    const expected = { valid: true, leaf: leafCert, anchor: rootCert };
    expect(validatePath({ chain, anchors: [rootCert], at: AT, crypto: port })).toEqual(expected);
    expect(check([...chain, parseCertificate(rootCert.der)])).toBe('valid');
    expect(check([leafCert], { anchors: [rootCert, middleCert] })).toBe('valid');
    expect(check([...chain, rootCert], { anchors: [middleCert] })).toBe('valid');
  });

  it('the first and the last second of validity (RFC 5280 Section 4.1.2.5)', () => {
    const chain = [leafCert, middleCert];
    expect(check(chain, { at: leafCert.notBefore })).toBe('valid');
    expect(check(chain, { at: leafCert.notAfter })).toBe('valid');
  });

  it('an anchor whose name another anchor has too', async () => {
    const older = await issue({ ...root, keys: carrier.keys }, { ...root, keys: carrier.keys }, CA);
    expect(check([leafCert, middleCert], { anchors: [older, rootCert] })).toBe('valid');
    expect(check([leafCert, middleCert], { anchors: [rootCert, older] })).toBe('valid');
    expect(check([leafCert, middleCert], { anchors: [older] })).toBe('key-id-mismatch');
  });

  it('an RSA root (RFC 8226 Section 4)', async () => {
    const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const generation = { ...rsa, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
    const old = {
      name: 'CN=Old',
      keys: await crypto.subtle.generateKey(generation, true, ['sign', 'verify']),
    };
    const anchor = await issue(old, old, { ...CA, signing: rsa as never });
    expect(
      check([await issue(carrier, old, { ...LEAF, signing: rsa as never })], { anchors: [anchor] }),
    ).toBe('valid');
  });

  it('what pkijs accepts', async () => {
    pkijs.setEngine(
      'node',
      new pkijs.CryptoEngine({ name: 'node', crypto }) as unknown as pkijs.ICryptoEngine,
    );
    const read = (certificate: Certificate) => pkijs.Certificate.fromBER(new Uint8Array(certificate.der));
    const validate = (leaf: Certificate) =>
      new pkijs.CertificateChainValidationEngine({
        trustedCerts: [read(rootCert)],
        certs: [read(middleCert), read(leaf)],
        checkDate: new Date(AT * 1000),
      }).verify();
    const forged = await issue(carrier, { ...middle, keys: root.keys }, LEAF);
    expect([(await validate(leafCert)).result, check([leafCert, middleCert])]).toEqual([true, 'valid']);
    expect([(await validate(forged)).result, check([forged, middleCert])]).toEqual([
      false,
      'key-id-mismatch',
    ]);
  });
});

describe('validatePath refuses', () => {
  it('lists of the wrong length', () => {
    expect(check([])).toBe('empty');
    expect(check([leafCert, middleCert, rootCert, rootCert, rootCert])).toBe('valid');
    expect(check([leafCert, middleCert, rootCert, rootCert, rootCert, rootCert])).toBe('too-long');
  });

  it('a path that ends at no anchor', async () => {
    expect(check([leafCert])).toBe('untrusted');
    expect(check([leafCert], { anchors: [leafCert] })).toBe('untrusted');
    expect(check([leafCert, middleCert], { anchors: [] })).toBe('untrusted');
    const stranger = await createParty('Stranger');
    const strange = await issue(stranger, stranger, CA);
    expect(check([await issue(carrier, stranger, LEAF), strange])).toBe('untrusted');
    const namesake = { ...root, keys: stranger.keys };
    const impostor = await issue(namesake, namesake, CA);
    expect(check([await issue(carrier, namesake, LEAF), impostor])).not.toBe('valid');
    expect(check([leafCert, middleCert, impostor])).not.toBe('valid');
  });

  it('C-08: an order that is not issuer after issued (RFC 9060 Section 7)', () => {
    expect(check([middleCert, leafCert])).not.toBe('valid');
    expect(check([rootCert, middleCert, leafCert])).not.toBe('valid');
    expect(check([leafCert, rootCert])).toBe('name-mismatch');
    expect(check([leafCert, leafCert, middleCert])).toBe('name-mismatch');
  });

  it('C-08: key identifiers that do not meet, or are not there (RFC 9060 Section 7)', async () => {
    expect(await leafWith({ keyIds: 'none' })).toBe('key-id-mismatch');
    expect(check([leafCert, await issue(middle, root, { ...CA, keyIds: 'none' })])).toBe('key-id-mismatch');
    const bare = await issue(root, root, { ...CA, keyIds: 'none' });
    expect(check([leafCert, middleCert], { anchors: [bare] })).toBe('valid');
    expect(await leafWith({ authorityKey: root.keys.publicKey })).toBe('key-id-mismatch');
  });

  it('times before and after, of any certificate', async () => {
    const chain = [leafCert, middleCert];
    expect(check(chain, { at: START - 1 })).toBe('not-yet-valid');
    expect(check(chain, { at: Number.NaN })).toBe('not-yet-valid');
    expect(check(chain, { at: leafCert.notAfter + 1 })).toBe('expired');
    expect(await leafWith({ to: AT - 1 })).toBe('expired');
    expect(await middleWith({ from: AT + 1 })).toBe('not-yet-valid');
    expect(check(chain, { anchors: [await issue(root, root, { ...CA, to: AT - 1 })] })).toBe('expired');
  });

  it('issuers that are no authorities', async () => {
    expect(await middleWith({ ca: undefined })).toBe('not-ca');
    expect(await middleWith({ ca: false })).toBe('not-ca');
    expect(await middleWith({ usage: digitalSignature })).toBe('key-usage');
    expect(await middleWith({ usage: undefined })).toBe('key-usage');
    const anchor = await issue(root, root, { ...CA, ca: false });
    expect(check([leafCert, middleCert], { anchors: [anchor] })).toBe('not-ca');
  });

  it('C-09: a leaf that may not sign, or is an authority (RFC 9060 Section 4)', async () => {
    expect(await leafWith({ usage: keyCertSign })).toBe('key-usage');
    expect(await leafWith({ usage: undefined })).toBe('valid');
    expect(await leafWith({ ca: true })).toBe('leaf-is-ca');
    expect(check([middleCert])).toBe('leaf-is-ca');
    expect(check([rootCert])).toBe('leaf-is-ca');
  });

  it('more authorities than the path length allows', async () => {
    const low = await createParty('Low CA');
    const lowCert = await issue(low, middle, CA);
    const leaf = await issue(carrier, low, LEAF);
    expect(check([leaf, lowCert, middleCert])).toBe('path-length');
    expect(check([leaf, lowCert, await issue(middle, root, { ...CA, pathLength: 1 })])).toBe('valid');
    const again = await issue(middle, middle, CA);
    expect(check([leafCert, again, middleCert])).toBe('valid');
  });

  it('critical extensions that nothing here enforces', async () => {
    const more = [new x509.Extension('2.5.29.30', true, Uint8Array.of(0x30, 0))];
    expect(await leafWith({ more })).toBe('critical-extension');
    expect(await middleWith({ more })).toBe('critical-extension');
  });

  it.each(['2.5.29.30', '2.5.29.36'])('constraints %s of an authority, not even critical', async (oid) => {
    const more = [new x509.Extension(oid, false, Uint8Array.of(0x30, 0))];
    expect(await middleWith({ more })).toBe('critical-extension');
  });

  it('what decides nothing is let pass: policies, their mapping, no policy "any" (RFC 5280 Section 6.1.1)', async () => {
    const more = ['2.5.29.32', '2.5.29.33', '2.5.29.54'].map(
      (oid) => new x509.Extension(oid, true, Uint8Array.of(0x30, 0)),
    );
    expect(await middleWith({ more })).toBe('valid');
  });

  it('certificates for other purposes (RFC 5280 Section 4.2.1.12)', async () => {
    const purposes = (...oids: string[]) => ({ more: [new x509.ExtendedKeyUsageExtension(oids)] });
    expect(await leafWith(purposes('1.3.6.1.5.5.7.3.1'))).toBe('key-usage');
    expect(await middleWith(purposes('1.3.6.1.5.5.7.3.1'))).toBe('key-usage');
    expect(await leafWith(purposes('1.3.6.1.5.5.7.3.1', '2.5.29.37.0'))).toBe('valid');
  });

  it('C-04: claim constraints of an authority, which only end entities have (RFC 8226 Section 8)', async () => {
    const value = Buffer.from('3007a0053003160161', 'hex');
    const more = [new x509.Extension('1.3.6.1.5.5.7.1.27', false, value)];
    expect(await middleWith({ more })).toBe('claim-constraints');
    expect(await leafWith({ more })).toBe('valid');
  });

  it('what was revoked, wherever in the path, once it is known to be authentic', async () => {
    const chain = [leafCert, middleCert];
    for (const one of [leafCert, middleCert, rootCert])
      expect(check(chain, { isRevoked: (asked) => asked === one })).toBe('revoked');
    expect(check(chain, { isRevoked: () => false })).toBe('valid');
    const forged = await issue(
      carrier,
      { ...middle, keys: carrier.keys },
      { ...LEAF, authorityKey: middle.keys.publicKey },
    );
    expect(check([forged, middleCert], { isRevoked: () => true })).toBe('bad-signature');
  });

  it('bad signatures of the leaf and above it', async () => {
    const liar = { ...middle, keys: carrier.keys };
    const forged = await issue(carrier, liar, { ...LEAF, authorityKey: middle.keys.publicKey });
    expect(check([forged, middleCert])).toBe('bad-signature');
    const usurper = await issue(
      middle,
      { ...root, keys: carrier.keys },
      { ...CA, authorityKey: root.keys.publicKey },
    );
    expect(check([leafCert, usurper])).toBe('bad-signature');
  });

  it('algorithms outside RFC 8226 Section 4', async () => {
    const signing = { name: 'ECDSA', hash: 'SHA-384' };
    expect(await leafWith({ signing })).toBe('unsupported-algorithm');
    const wide = await createParty('Wide', {
      name: 'ECDSA',
      namedCurve: 'P-384',
    } as webcrypto.EcKeyGenParams);
    const anchor = await issue(wide, wide, { ...CA, signing });
    const leaf = await issue(carrier, wide, { ...LEAF, signing });
    expect(check([leaf], { anchors: [anchor] })).toBe('unsupported-algorithm');
  });

  it('C-07: authority that the certificate above does not have (RFC 9060 Section 4)', async () => {
    const limit = await issue(middle, root, { ...CA, list: ['0-1234', '1-12125551000-1000'] });
    const owns = (spc: Spc, entry: TnEntry) => spc === '1234' && formatTnEntry(entry) === '2-13035550000';
    const under = async (list: readonly string[], spcOwns?: PathInput['spcOwns']) =>
      check(
        [await issue(carrier, middle, { ...LEAF, list }), limit],
        spcOwns === undefined ? {} : { spcOwns },
      );
    expect(await under(['1-12125551500-100', '2-12125551824', '0-1234'])).toBe('valid');
    expect(await under(['1-12125551950-100'])).toBe('tn-scope');
    expect(await under(['2-12125551824', '2-12125552000'])).toBe('tn-scope');
    expect(await under(['0-5678'], () => true)).toBe('tn-scope');
    expect(await under(['2-13035550000'])).toBe('tn-scope');
    expect(await under(['2-13035550000'], owns)).toBe('valid');
    expect(await under(['2-13035550001'], owns)).toBe('tn-scope');
  });

  it('C-07: authority limited from further up, through one without a list', async () => {
    const limited = await issue(root, root, { ...CA, list: ['0-1234'] });
    expect(check([leafCert, middleCert], { anchors: [limited] })).toBe('valid');
    const other = await issue(carrier, middle, { ...LEAF, list: ['0-5678'] });
    expect(check([other, middleCert], { anchors: [limited] })).toBe('tn-scope');
  });

  const at = (...urls: string[]) => {
    const described = urls.map((url) =>
      encodeDer(TAG.sequence, encodeDerOid('1.3.6.1.5.5.7.48.14'), encodeDer(0x86, Buffer.from(url))),
    );
    return { more: [new x509.Extension('1.3.6.1.5.5.7.1.1', false, encodeDer(TAG.sequence, ...described))] };
  };
  const one = (text: string) => [parseTnEntry(text)];

  it('C-03: a list by reference counts as if it stood in the certificate (RFC 8226 Section 10.1)', async () => {
    const url = 'https://lists.example.net/1234';
    const limit = await issue(middle, root, { ...CA, ...at(url) });
    expect(limit.tnListUrls).toEqual([url]);
    const leaf = await issue(carrier, middle, { ...LEAF, list: ['2-12125551824'] });
    expect(check([leaf, limit])).toBe('tn-list-unavailable');
    expect(check([leaf, withFetchedLists(limit, [one('1-12125551000-1000')])])).toBe('valid');
    expect(check([leaf, withFetchedLists(limit, [one('1-12125552000-1000')])])).toBe('tn-scope');
    const both = await issue(middle, root, { ...CA, list: ['2-12125551824'], ...at(url) });
    expect(check([leaf, both])).toBe('valid');
    expect(check([leafCert, both])).toBe('tn-list-unavailable');
    expect(check([leafCert, withFetchedLists(both, [one('0-1234')])])).toBe('valid');
  });

  it('C-03: a leaf with nothing but a reference speaks for nobody until it is fetched', async () => {
    const leaf = await issue(carrier, middle, { ...LEAF, list: [], ...at('https://lists.example.net/1234') });
    expect(check([leaf, middleCert])).toBe('tn-list-unavailable');
    const merged = withFetchedLists(leaf, [one('0-1234')]);
    expect(merged.numbers.spcs).toEqual(new Set(['1234']));
    expect([merged.tnListUrls, merged.tnAuthListDer]).toEqual([[], undefined]);
    expect(check([merged, middleCert])).toBe('valid');
    expect(check([merged, await issue(middle, root, { ...CA, list: ['0-5678'] })])).toBe('tn-scope');
  });

  it.each(['http://lists.example.net/1234', 'ldap://lists.example.net', 'https://', ''])(
    'C-03: a certificate that refers to a list at %j is refused (RFC 8226 Section 10.1)',
    async (url) => {
      await expect(issue(carrier, middle, { ...LEAF, ...at(url) })).rejects.toThrow(
        expect.objectContaining({ code: 'ERR_CERTIFICATE_FORMAT' }),
      );
    },
  );

  const CPS_OID = '1.3.6.1.4.1.99999.1';
  const cps = (...uris: string[]) => ({
    more: [
      new x509.Extension(
        CPS_OID,
        false,
        encodeDer(TAG.sequence, ...uris.map((uri) => encodeDer(TAG.ia5String, Buffer.from(uri)))),
      ),
    ],
  });

  it('V-07: a CPS URI that is not https makes the certificate invalid (draft-sliwa-stir-pps-ext-00)', async () => {
    const good = 'https://cps.example.net/oob/v1';
    const judge = async (...uris: string[]) =>
      check([await issue(carrier, middle, { ...LEAF, ...cps(...uris) }), middleCert], { cpsUriOid: CPS_OID });
    expect(await judge(good, 'https://[2001:db8::1]:8443')).toBe('valid');
    expect(await judge(good, 'http://cps.example.net/oob/v1')).toBe('cps-uri');
    expect(await judge('https://user@cps.example.net/')).toBe('cps-uri');
    expect(await judge()).toBe('cps-uri');
    expect(await leafWith(cps('http://cps.example.net'))).toBe('valid');
    const leaf = await issue(carrier, middle, { ...LEAF, ...cps(good) });
    expect(cpsUrisOf(leaf, CPS_OID)).toEqual([good]);
    expect(cpsUrisOf(leafCert, CPS_OID)).toBeUndefined();
    expect(() => cpsUrisOf({ ...leaf, basicConstraints: { isCa: true } }, CPS_OID)).toThrow(StirError);
  });

  it('every mutation of a certificate of the path, 1,000 of them', () => {
    for (let i = 0; i < 1000; i++) {
      const chain = [leafCert, middleCert];
      const der = new Uint8Array(chain[i % 2]!.der);
      der[(i * 7919) % der.length]! ^= 1 + ((i * 31) % 255);
      try {
        chain[i % 2] = parseCertificate(der);
      } catch (error) {
        expect(error).toBeInstanceOf(StirError);
        continue;
      }
      expect(check(chain)).not.toBe('valid');
    }
  });
});

describe('authority', () => {
  const number = parseTelephoneNumber('12155551212');
  const spcOf = (asked: string) => (asked === number ? ('1234' as Spc) : undefined);
  const map: NumberMap = {
    spcOf,
    spcOfRange: ({ start, count }) =>
      start === '12155551000' && count <= 1000 ? ('1234' as Spc) : undefined,
    knowsSpc: (spc) => spc === '1234' || spc === '9999',
  };
  let holder: Certificate;
  beforeAll(async () => {
    holder = await issue(carrier, middle, { ...LEAF, list: ['2-12155551212', '1-13035550000-100'] });
  });

  it('is over a number by the list, by the map, or by a provider’s word', () => {
    const other = parseTelephoneNumber('12155559999');
    expect(authorityOver({ certificate: holder, number })).toBe('number');
    expect(
      authorityOver({ certificate: holder, number: other, ppt: 'shaken', spcOf: () => '1234' as Spc }),
    ).toBe(undefined);
    expect(authorityOver({ certificate: leafCert, number })).toBe(undefined);
    expect(authorityOver({ certificate: leafCert, number, spcOf })).toBe('number');
    expect(authorityOver({ certificate: leafCert, number: other, spcOf })).toBe(undefined);
    expect(authorityOver({ certificate: leafCert, number: other, ppt: 'shaken', spcOf })).toBe('provider');
    expect(authorityOver({ certificate: leafCert, number, ppt: 'shaken', spcOf: () => '5678' as Spc })).toBe(
      'provider',
    );
    expect(authorityOver({ certificate: leafCert, number, ppt: 'div' })).toBe(undefined);
    expect(authorityOver({ certificate: middleCert, number, ppt: 'shaken', spcOf })).toBe(undefined);
  });

  it('keeps of the claimed entries those that are proven', () => {
    const claims = [
      '0-1234',
      '0-9999',
      '2-12155551212',
      '1-12155551000-500',
      '1-12155552000-500',
      '1-13035550010-20',
    ];
    const kept = (certificate: Certificate, given?: NumberMap) =>
      acceptedEntries({ certificate, entries: claims.map(parseTnEntry), map: given }).map(formatTnEntry);
    expect(kept(leafCert)).toEqual([]);
    expect(kept(leafCert, map)).toEqual(['0-1234', '2-12155551212', '1-12155551000-500']);
    expect(kept(leafCert, { ...map, knowsSpc: () => false })).not.toContain('0-1234');
    expect(kept(holder)).toEqual(['2-12155551212', '1-13035550010-20']);
    expect(kept(holder, map)).toEqual(kept(holder));
  });

  it('knows a signer across renewals by list and subject', async () => {
    const renewed = await issue({ ...carrier, keys: root.keys }, middle, { ...LEAF, from: AT });
    const renamed = await issue({ ...carrier, name: 'C=US, CN=SHAKEN 1235' }, middle, LEAF);
    const id = signerId(leafCert, port);
    expect(id).toBe(encodeBase64url(port.sha256(leafCert.tnAuthListDer!, leafCert.subject)));
    expect(signerId(renewed, port)).toBe(id);
    expect(
      new Set([id, signerId(renamed, port), signerId(holder, port), signerId(middleCert, port)]).size,
    ).toBe(4);
  });
});
