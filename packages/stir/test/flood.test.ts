// Every parser of text, given 64 KiB and more of what slows down careless ones: it refuses, or reads, within 50 ms.

import { describe, expect, it } from 'vitest';
import { parseCaList } from '../src/anchor/index.ts';
import { decodeBase64url, decodeHex, encodeBase64url, encodeUtf8 } from '../src/bytes/index.ts';
import { parseCallId } from '../src/call/index.ts';
import { parsePem } from '../src/certificate/index.ts';
import { parseKeyCredential } from '../src/credential/index.ts';
import {
  callingIdentity,
  parseIdentity,
  parseStirReasons,
  readIdentityFields,
  splitIdentities,
} from '../src/identity/index.ts';
import { parseJsonObject } from '../src/json/index.ts';
import { parseCompactJws, parseX5c } from '../src/jws/index.ts';
import { parseLifetime, parseMailboxId, parseRetractHash } from '../src/mailbox/index.ts';
import { parseTelephoneNumber, parseTnEntry } from '../src/number/index.ts';
import { parseFingerprint, parseIntegrityDigest, parsePassport } from '../src/passport/index.ts';
import { normalizeUri } from '../src/uri/index.ts';
import { findChains, readIdentity, readPassport } from '../src/verdict/index.ts';
import { unlessRefused } from './hostile.ts';

const LENGTH = 65_536;
const LIMIT_MS = 50;
const times = (pattern: string, length = LENGTH) =>
  pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length);
const names = Array.from({ length: 5_000 }, (_, at) => `"\\u0061${at}":1`).join(', ');
const jwsOf = (payload: string) =>
  ['{"alg":"ES256","typ":"passport","x5u":"https://e"}', payload]
    .map((part) => encodeBase64url(encodeUtf8(part)))
    .concat(encodeBase64url(new Uint8Array(64)))
    .join('.');

/** div-o within div-o for as long as a PASSporT may be. */
function nestedDiversions(): string {
  const header = encodeBase64url(
    encodeUtf8('{"alg":"ES256","ppt":"div-o","typ":"passport","x5u":"https://e"}'),
  );
  let token = jwsOf('{"dest":{"tn":["1"]},"iat":1,"orig":{"tn":"1"}}');
  for (let hop = 1; token.length < 11_000; hop++) {
    const claims = `{"dest":{"tn":["${hop + 1}"]},"div":{"tn":"${hop}"},"iat":1,"opt":"${token}","orig":{"tn":"1"}}`;
    token = `${header}.${encodeBase64url(encodeUtf8(claims))}.${encodeBase64url(new Uint8Array(64))}`;
  }
  return token;
}

const FLOODS: Readonly<Record<string, string>> = {
  letters: times('A'),
  digits: times('1'),
  dots: times('.'),
  blanks: times(' '),
  quotes: times('"'),
  backslashes: times('\\'),
  'an open quote of backslashes': `a.b.c;info=<x>;q="${times('\\\\', 12_000)}`,
  brackets: times('['),
  'pairs of brackets': times('[]'),
  braces: times('{"a":'),
  angles: times('<'),
  semicolons: `a.b.c${times(';')}`,
  parameters: `a.b.c;info=<x>${times(';a=b', 16_000)}`,
  equals: times('='),
  dashes: times('-'),
  'a SIP URI': `sip:${times('1')}@`,
  'a SIP URI of parameters': `sip:1${times(';', 250)}`,
  escapes: `{"a":"${times('\\u0041', 65_000)}"}`,
  'escaped names': `{${names}}`.slice(0, LENGTH - 1),
  'escaped names, whole': `{${names.slice(0, 60_000).replace(/,[^,]*$/, '')}}`,
  'a token': jwsOf(`{"iat":1,"pad":"${times('x', 20_000)}"}`),
  'a token as long as may be': jwsOf(`{"iat":1, ${names.slice(0, 11_000).replace(/,[^,]*$/, '')}}`),
  'a token of segments': times('eyJ9.'),
  'a fingerprint': `sha-256 ${times('4A:')}`,
  'folded lines': times('Identity: a\r\n '),
  'header fields': times('y:a\n'),
  reasons: times('STIR;cause=436;text="x",'),
  'display names': `${times('a ')}<sip:a@b>`,
  'PEM blocks': times('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'),
  'an open PEM block': `-----BEGIN CERTIFICATE-----\n${times('MA==\n')}`,
  'nested diversions': nestedDiversions(),
  'a name of quotes': `${times('"\\"', 3_000)}<sip:a@h>`,
  'open brackets': times('<sip:a@h>,', 4_000),
};

const PARSERS: readonly [string, (text: string) => unknown][] = [
  ['base64url', decodeBase64url],
  ['hexadecimal', decodeHex],
  ['JSON', (text) => parseJsonObject(encodeUtf8(text))],
  ['JWS', (text) => parseCompactJws(text, LENGTH * 2)],
  ['x5c', (text) => parseX5c({ x5c: [text, text, text, text, text] })],
  ['telephone number', (text) => parseTelephoneNumber(text)],
  ['TNEntry', parseTnEntry],
  ['PASSporT', parsePassport],
  ['Identity', parseIdentity],
  ['Identity with its PASSporT', readIdentity],
  ['Identity, several in one', splitIdentities],
  ['SIP header lines', readIdentityFields],
  ['SIP header lines, folded', (text) => readIdentityFields(text.replaceAll('A', '\r\n '))],
  [
    'From',
    (text) => callingIdentity({ from: text, assertedIdentities: [text] }, { isAssertedTrusted: true }),
  ],
  ['Reason', parseStirReasons],
  ['URI', normalizeUri],
  ['media key', parseFingerprint],
  ['integrity digest', parseIntegrityDigest],
  [
    'chain of diversions',
    (text) => {
      const read = readPassport(text);
      if ('value' in read) findChains(Array(16).fill(read.value));
    },
  ],
  ['list of authorities', parseCaList],
  ['PEM', (text) => parsePem(text)],
  ['key credential', parseKeyCredential],
  ['mailbox id', parseMailboxId],
  ['lifetime', parseLifetime],
  ['retract hash', parseRetractHash],
  ['call id', parseCallId],
];

function fastestOfThree(act: () => void): number {
  const runs = [0, 1, 2].map(() => {
    const start = performance.now();
    act();
    return performance.now() - start;
  });
  return Math.min(...runs);
}

describe.each(PARSERS)('%s', (_, parse) => {
  it.each(Object.entries(FLOODS))('flooded with %s', (_, text) => {
    expect(fastestOfThree(() => unlessRefused(() => parse(text)))).toBeLessThan(LIMIT_MS);
  });
});
