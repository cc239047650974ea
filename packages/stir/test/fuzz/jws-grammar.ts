// Compact JWSs: PASSporTs of every type, and what looks like one; key credentials and attestations with chains.

import { readFileSync } from 'node:fs';
import type { Chance } from './chance.ts';
import { damagedText } from './damage.ts';
import { generateDerBase64 } from './der-grammar.ts';
import { generateJson, generateObject, type Template } from './json-grammar.ts';

const text = (...values: readonly string[]): readonly string[] =>
  values.map((value) => JSON.stringify(value));
const read = (path: string): string => readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');

export const TYPES = ['shaken', 'div', 'div-o', 'rph', 'rcd', 'rsp', 'msg', 'foo'];
const TIMES = ['1443208345', '0', '-1', '1443208345.5', '"1443208345"', '9007199254740992', '1e400'];
const PARTIES = [
  '{"tn":"12155551212"}',
  '{"uri":"sip:alice@example.com"}',
  '{"tn":"+1"}',
  '{"tn":"1","uri":"sip:a@b"}',
];
const DESTINATIONS = [
  '{"tn":["12155551213"]}',
  '{"uri":["sip:bob@example.com"]}',
  '{"tn":["1","2"],"uri":["sip:b@c"]}',
  '{"tn":[]}',
  '{"tn":"1"}',
];
const DIGEST = 'sha256-H8BRh8j48O9oYatfu5AZzq6A9RINQZngK7T62em8MUt';
const CARD = '["vcard",[["fn",{},"text","Q Branch"],["photo",{},"uri","https://example.com/q.png"]]]';
const RCD = [
  `{"nam":"James Bond","apn":"007","icn":"https://example.com/i.png"}`,
  `{"nam":"Q","jcd":${CARD}}`,
  `{"nam":"Q","jcl":"https://example.com/q.json"}`,
  '{"nam":""}',
];

const HEADER: Template = {
  alg: text('ES256', 'none', 'RS256'),
  typ: text('passport', 'JWT'),
  x5u: text('https://cert.example.org/passport.pem', 'http://a/', 'https://a/<b>', 'x'),
};
const CLAIMS: Template = { dest: DESTINATIONS, iat: TIMES, orig: PARTIES };
const EXTENSIONS: Readonly<Record<string, Template>> = {
  shaken: { attest: text('A', 'B', 'C', 'D'), origid: text('123e4567-e89b-12d3-a456-426655440000', 'x') },
  div: { div: ['{"tn":"12155551214"}', '{"tn":"1","hi":"1.1"}', '{"hi":"1"}', '{"uri":"sip:x@y"}'] },
  rph: {
    rph: ['{"auth":["ets.0","wps.0"]}', '{"auth":["esnet.1"]}', '{"auth":["esnet.9"]}'],
    sph: text('psap-callback', 'x'),
  },
  rcd: {
    rcd: RCD,
    rcdi: [`{"/nam":"${DIGEST}"}`, `{"/jcd/1/1/3":"${DIGEST}","/icn":"x"}`],
    crn: text('Rescheduling'),
  },
  msg: { msgi: text(DIGEST, 'sha999-x') },
  mky: { mky: ['[{"alg":"sha-256","dig":"02AA"}]', `[{"alg":"sha-256","dig":"${'AB'.repeat(32)}"}]`, '[]'] },
};
const CREDENTIAL_CLAIMS: Template = {
  iat: TIMES,
  exp: ['1443208400', ...TIMES],
  tn: ['["2-12155551212"]', '["1-12155551000-1000","0-1234"]', '["3-x"]'],
  key: [`{"kem":32,"kdf":1,"aead":1,"pub":"${'CQAA'.repeat(10)}CQA"}`, '{"kem":1}'],
  cps: ['["https://cps.example.net"]', '["http://x","https://u:p@h/?q"]'],
  shards: ['1', '256', '3', '131072'],
  replyBytes: ['16384', '65536', '1'],
  pages: ['1', '17'],
  stake: ['0', '8'],
  only: ['true', 'false'],
};
const ATTESTATION_CLAIMS: Template = {
  aud: text('issuer.example.net', 'x y'),
  iat: TIMES,
  jti: text('0123456789abcdef0123', 'x'),
  digest: text('A'.repeat(43), 'x'),
};

/** Tokens that are printed in RFCs. */
const PRINTED = ['passport/vectors/passport.rfc8225.json', 'passport/vectors/passport.rfc8946.json'].flatMap(
  (path) => [...new Set(read(path).match(/[A-Za-z0-9_-]{30,}\.[A-Za-z0-9_-]{30,}\.[A-Za-z0-9_-]{80,}/g))],
);

export function generatePassport(chance: Chance, depth = 2): string {
  if (chance.oneIn(10)) return damagedText(chance, chance.pick(PRINTED));
  const ppt = chance.pick([...TYPES, undefined]);
  const header = ppt === undefined ? HEADER : { ...HEADER, ppt: text(ppt, 'bar') };
  const extra = ppt === 'div-o' ? divO(chance, depth) : (EXTENSIONS[ppt ?? ''] ?? {});
  const stray = chance.oneIn(8) ? EXTENSIONS[chance.pick(Object.keys(EXTENSIONS))] : {};
  return jws(
    chance,
    generateObject(chance, header),
    generateObject(chance, { ...CLAIMS, ...extra, ...stray }),
  );
}

export function generateCredential(chance: Chance): string {
  return chained(chance, 'oob-key+jwt', CREDENTIAL_CLAIMS);
}

export function generateAttestation(chance: Chance): string {
  return chained(chance, 'oob-attestation+jwt', ATTESTATION_CLAIMS);
}

function divO(chance: Chance, depth: number): Template {
  const inner = depth > 0 ? generatePassport(chance, depth - 1) : 'a.b.c';
  return { ...EXTENSIONS.div, opt: text(inner, `..${'A'.repeat(86)}`, 'x') };
}

function chained(chance: Chance, typ: string, claims: Template): string {
  const chain = JSON.stringify(chance.some(1, 6, () => generateDerBase64(chance)));
  const header = { alg: text('ES256'), typ: text(typ), x5c: [chain, '[]', '["MA=="]'] };
  return jws(chance, generateObject(chance, header), generateObject(chance, claims));
}

/** A list of revoked things, trusted authorities or anything else that travels as a JWS. */
export function generateJws(chance: Chance, header: Template, payload: Template): string {
  return jws(chance, generateObject(chance, header), generateObject(chance, payload));
}

function jws(chance: Chance, header: string, payload: string): string {
  const parts = [header, payload].map((part) => (chance.oneIn(50) ? generateJson(chance) : part));
  const segments = parts.map((part) => Buffer.from(part).toString('base64url'));
  segments.push(Buffer.from(chance.bytes(chance.oneIn(20) ? chance.below(80) : 64)).toString('base64url'));
  const token = segments.join(chance.oneIn(60) ? chance.pick(['', '..', ' .']) : '.');
  return chance.oneIn(5) ? damagedText(chance, token) : token;
}
