// Everything that reads what strangers send, each with the grammar of what it reads.

import fc from 'fast-check';
import { parseCaList } from '../../src/anchor/index.ts';
import { decodeBase64url, encodeUtf8 } from '../../src/bytes/index.ts';
import { parseCallId } from '../../src/call/index.ts';
import { lintCertificate, parseCertificate, parsePem, parseTnAuthList } from '../../src/certificate/index.ts';
import { parseKeyCredential } from '../../src/credential/index.ts';
import {
  callingIdentity,
  parseIdentity,
  parseStirReasons,
  readIdentityFields,
  splitIdentities,
} from '../../src/identity/index.ts';
import { formatCanonicalJson, parseJsonObject } from '../../src/json/index.ts';
import { parseCompactJws } from '../../src/jws/index.ts';
import { parseLifetime, parseMailboxId, parseRetractHash } from '../../src/mailbox/index.ts';
import { parseTelephoneNumber, parseTnEntry } from '../../src/number/index.ts';
import { formatCompact, parseFingerprint, parsePassport } from '../../src/passport/index.ts';
import { parseCrl } from '../../src/revocation/index.ts';
import { parseEnvelope, parseReply } from '../../src/seal/index.ts';
import {
  parseAttestation,
  parseAuthority,
  parseBatchRequest,
  parseBatchResponse,
  parseIssuerDirectory,
  parsePrivateToken,
  parsePrivateTokenChallenges,
  parseToken,
  parseTokenChallenge,
  parseTokenRequest,
  parseTokenResponse,
} from '../../src/token/index.ts';
import { normalizeUri } from '../../src/uri/index.ts';
import { findChains, readIdentity, readPassport } from '../../src/verdict/index.ts';

import { caListLike, certificateLike, crlLike } from '../certificate-grammar.ts';
import { identityValues, passportTokens, reasonValues, sipHeaders } from '../text-grammar.ts';
import type { Chance } from './chance.ts';
import { damaged, damagedText, MAXIMUM_INPUT } from './damage.ts';
import { generateDer } from './der-grammar.ts';
import type { Target } from './fuzz.ts';
import { generateIdentity } from './identity-grammar.ts';
import { generateJson } from './json-grammar.ts';
import { generateAttestation, generateCredential, generatePassport } from './jws-grammar.ts';
import { generateCaList, generateCrl } from './list-grammar.ts';
import { generateShortText } from './short-grammar.ts';
import { generateEnvelope, generateReply, generateTokenBytes, generateTokenField } from './wire-grammar.ts';

/** Half of the inputs by a grammar of this folder, half by one of the unit tests, which get damaged here. */
function either<T>(
  own: (chance: Chance) => T,
  other: fc.Arbitrary<T>,
  damage: (chance: Chance, input: T) => T,
) {
  return (chance: Chance): T => {
    if (chance.oneIn(2)) return own(chance);
    const [sample] = fc.sample(other, { seed: chance.below(2 ** 31), numRuns: 1 });
    return chance.oneIn(2) ? damage(chance, sample!) : sample!;
  };
}

/** What SIP brings about the caller, with and without trust. */
function readCaller(value: string): void {
  callingIdentity({ from: value, assertedIdentities: [value] }, { isAssertedTrusted: true });
  callingIdentity({ from: value }, { isAssertedTrusted: false });
}

/** What is read once is a chain with itself, or none. */
function readChains(token: string): void {
  const read = readPassport(token);
  if ('value' in read) findChains([read.value, parsePassport(token)]);
}

export const TARGETS: readonly Target[] = [
  {
    name: 'identity',
    generate: either(generateIdentity, identityValues, damagedText),
    parsers: { parseIdentity, readIdentity, splitIdentities },
  },
  {
    name: 'sip',
    generate: either(
      (chance) => `Identity: ${generateIdentity(chance)}\r\n`,
      fc.oneof(sipHeaders, reasonValues),
      damagedText,
    ),
    parsers: { parseStirReasons, readIdentityFields, readCaller },
  },
  {
    name: 'passport',
    generate: either((chance) => generatePassport(chance), passportTokens, damagedText),
    parsers: {
      parseCompactJws: (text: string) => parseCompactJws(text, MAXIMUM_INPUT),
      parsePassport,
      formatCompact,
      readChains,
    },
  },
  {
    name: 'certificate',
    generate: either((chance) => generateDer(chance), certificateLike, damaged),
    parsers: {
      parseCertificate,
      parseTnAuthList,
      lintCertificate: (der: Uint8Array) => lintCertificate(parseCertificate(der)),
    },
  },
  { name: 'crl', generate: either(generateCrl, crlLike, damaged), parsers: { parseCrl } },
  { name: 'ca-list', generate: either(generateCaList, caListLike, damagedText), parsers: { parseCaList } },
  {
    name: 'pem',
    generate: (chance) => {
      const blocks = chance.some(0, 6, () => Buffer.from(generateDer(chance)).toString('base64'));
      const lines = (text: string): string => text.replace(/.{64}/g, '$&\n');
      const pem = blocks.map(
        (text) => `-----BEGIN CERTIFICATE-----\n${lines(text)}\n-----END CERTIFICATE-----\n`,
      );
      return damagedText(chance, pem.join(''));
    },
    parsers: { parsePem: (text: string) => parsePem(text).map(parseCertificate) },
  },
  { name: 'credential', generate: generateCredential, parsers: { parseKeyCredential } },
  { name: 'attestation', generate: generateAttestation, parsers: { parseAttestation } },
  {
    name: 'token',
    generate: generateTokenBytes,
    parsers: {
      parseToken,
      parseTokenRequest,
      parseTokenResponse,
      parseTokenChallenge,
      parseBatchRequest,
      parseBatchResponse,
      parseIssuerDirectory,
    },
  },
  {
    name: 'token-field',
    generate: generateTokenField,
    parsers: { parsePrivateToken, parsePrivateTokenChallenges },
  },
  { name: 'envelope', generate: generateEnvelope, parsers: { parseEnvelope } },
  { name: 'reply', generate: generateReply, parsers: { parseReply } },
  {
    name: 'json',
    generate: (chance) =>
      encodeUtf8(chance.oneIn(3) ? generateJson(chance) : `{"a":${generateJson(chance)}}`),
    parsers: {
      parseJsonObject,
      // What was read has one canonical form, if it has one.
      formatCanonicalJson: (bytes: Uint8Array) => formatCanonicalJson(parseJsonObject(bytes)),
    },
  },
  {
    name: 'short',
    generate: generateShortText,
    parsers: {
      parseTelephoneNumber: (text: string) =>
        parseTelephoneNumber(text, { countryCode: '1', nationalDigits: 10 }),
      normalizeUri,
      parseTnEntry,
      parseFingerprint,
      parseCallId,
      parseMailboxId,
      parseLifetime,
      parseRetractHash,
      parseAuthority,
      decodeBase64url,
    },
  },
];
