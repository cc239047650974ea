// Everything that reads what strangers send, each with the grammar of what it reads.

import { decodeBase64url, encodeUtf8 } from '../../src/bytes/index.ts';
import { parseCallId } from '../../src/call/index.ts';
import { parseCertificate, parsePem, parseTnAuthList } from '../../src/certificate/index.ts';
import { parseKeyCredential } from '../../src/credential/index.ts';
import { parseIdentity } from '../../src/identity/index.ts';
import { formatCanonicalJson, parseJsonObject } from '../../src/json/index.ts';
import { parseCompactJws } from '../../src/jws/index.ts';
import { parseLifetime, parseMailboxId, parseRetractHash } from '../../src/mailbox/index.ts';
import { parseTelephoneNumber, parseTnEntry } from '../../src/number/index.ts';
import { formatCompact, parseFingerprint, parsePassport } from '../../src/passport/index.ts';
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

import { damagedText, MAXIMUM_INPUT } from './damage.ts';
import { generateDer } from './der-grammar.ts';
import type { Target } from './fuzz.ts';
import { generateIdentity } from './identity-grammar.ts';
import { generateJson } from './json-grammar.ts';
import { generateAttestation, generateCredential, generatePassport } from './jws-grammar.ts';
import { generateShortText } from './short-grammar.ts';
import { generateEnvelope, generateReply, generateTokenBytes, generateTokenField } from './wire-grammar.ts';

export const TARGETS: readonly Target[] = [
  { name: 'identity', generate: generateIdentity, parsers: { parseIdentity } },
  {
    name: 'passport',
    generate: generatePassport,
    parsers: {
      parseCompactJws: (text: string) => parseCompactJws(text, MAXIMUM_INPUT),
      parsePassport,
      formatCompact,
    },
  },
  { name: 'certificate', generate: generateDer, parsers: { parseCertificate, parseTnAuthList } },
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
