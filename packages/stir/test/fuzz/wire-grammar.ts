// Binary and header-field forms of the sealed profile: envelopes, replies, tokens and their carriers.

import type { Chance } from './chance.ts';
import { damaged, damagedText } from './damage.ts';
import { generateDer } from './der-grammar.ts';
import { generateObject } from './json-grammar.ts';
import { generatePassport } from './jws-grammar.ts';

const ENVELOPE_BYTES = [2_000, 8_144];
const REPLY_BYTES = 16_336;
const BLOB_BYTES = [2_048, 8_192];
const TOKEN_BYTES = 354;
const REQUEST_BYTES = 259;

export function generateEnvelope(chance: Chance): Uint8Array {
  const items = chance.some(0, 6, () => envelopeItem(chance));
  const count = chance.oneIn(10) ? chance.below(256) : items.length;
  return padded(
    chance,
    Buffer.concat([Uint8Array.of(chance.oneIn(20) ? 2 : 1, count), ...items]),
    chance.pick(ENVELOPE_BYTES),
  );
}

function envelopeItem(chance: Chance): Uint8Array {
  const type = chance.pick([1, 1, 2, 3, 9]);
  const ders = (): Uint8Array => withLength(chance, generateDer(chance).subarray(0, 900));
  const value =
    type === 1
      ? Buffer.from(generatePassport(chance, 1))
      : type === 2
        ? Buffer.concat(chance.some(1, 4, ders))
        : chance.bytes(40);
  return Buffer.concat([Uint8Array.of(type), withLength(chance, value.subarray(0, 3_000))]);
}

export function generateReply(chance: Chance): Uint8Array {
  const items = chance.some(0, 7, () => {
    const head = chance.bytes(8);
    return Buffer.concat([
      head,
      withLength(chance, chance.bytes(chance.oneIn(20) ? 100 : chance.pick(BLOB_BYTES))),
    ]);
  });
  const count = chance.oneIn(10) ? chance.below(65_536) : items.length;
  const head = Uint8Array.of(chance.oneIn(20) ? 0 : 1, chance.below(8), count >> 8, count & 0xff);
  return padded(chance, Buffer.concat([head, ...items]), REPLY_BYTES);
}

/** What an issuer, a CPS or a client reads about tokens, in binary. */
export function generateTokenBytes(chance: Chance): Uint8Array {
  const list = (item: () => Uint8Array): Uint8Array => {
    const body = Buffer.concat(chance.some(1, 40, item));
    return Buffer.concat([varint(chance, body.length), body]);
  };
  const forms = [
    () => typed(chance, TOKEN_BYTES),
    () => typed(chance, REQUEST_BYTES),
    () => chance.bytes(256),
    () => challenge(chance),
    () => list(() => typed(chance, REQUEST_BYTES)),
    () =>
      list(() =>
        chance.oneIn(4) ? Uint8Array.of(0) : Buffer.concat([Uint8Array.of(1), typed(chance, 258)]),
      ),
    () => Buffer.from(directory(chance)),
  ];
  const bytes = chance.pick(forms)();
  return chance.oneIn(2) ? damaged(chance, bytes) : bytes;
}

/** `Authorization` and `WWW-Authenticate` fields. */
export function generateTokenField(chance: Chance): string {
  const scheme = (): string => {
    const parameters = chance.some(1, 4, () => {
      const value = Buffer.from(chance.oneIn(2) ? typed(chance, TOKEN_BYTES) : challenge(chance)).toString(
        'base64',
      );
      const url = value.replaceAll('+', '-').replaceAll('/', '_');
      const name = chance.pick(['token', 'challenge', 'token-key', 'max-age', 'Token', 'x', 'realm']);
      const content =
        name === 'max-age'
          ? chance.pick(['10', '"10"', '-1', 'x'])
          : chance.pick([`"${url}"`, url, value, '"\\"x"']);
      return `${name}${chance.pick(['=', ' = '])}${content}`;
    });
    return `${chance.pick(['PrivateToken', 'privatetoken', 'Basic', 'Bearer'])} ${parameters.join(chance.pick([', ', ',', ' ,,']))}`;
  };
  const field = chance.some(1, 3, scheme).join(', ');
  return chance.oneIn(2) ? damagedText(chance, field) : field;
}

/** Starts with the type of token, mostly the one that is known. */
function typed(chance: Chance, length: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(0, chance.oneIn(10) ? 1 : 2), chance.bytes(length - 2)]);
}

function challenge(chance: Chance): Uint8Array {
  const name = Buffer.from(chance.pick(['issuer.example', 'issuer.example:8443', '', 'a/b', 'é']));
  const origins = Buffer.from(chance.pick(['cps.example.net', '', 'a,b', ',']));
  const context = chance.pick([0, 32, 32, 7]);
  const parts = [
    Uint8Array.of(0, 2),
    withLength(chance, name),
    Uint8Array.of(context),
    chance.bytes(context),
    withLength(chance, origins),
  ];
  return Buffer.concat(parts);
}

function directory(chance: Chance): string {
  const key = `{"token-type":2,"token-key":"${Buffer.from(chance.bytes(342)).toString('base64url')}","not-before":1686913811}`;
  const keys = [`[${chance.some(0, 40, () => key).join()}]`, '[{"token-type":1}]', '[1]'];
  return generateObject(chance, { 'issuer-request-uri': ['"/token-request"', '1'], 'token-keys': keys });
}

function withLength(chance: Chance, value: Uint8Array): Uint8Array {
  const length = chance.oneIn(15) ? chance.below(65_536) : value.length;
  return Buffer.concat([Uint8Array.of(length >> 8, length & 0xff), value]);
}

/** RFC 9000 Section 16, at times longer than it need be. */
function varint(chance: Chance, value: number): Uint8Array {
  if (value < 64 && !chance.oneIn(10)) return Uint8Array.of(value);
  if (value < 16_384 && !chance.oneIn(10)) return Uint8Array.of(0x40 | (value >> 8), value & 0xff);
  return Uint8Array.of(0x80 | (value >> 24), (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff);
}

function padded(chance: Chance, bytes: Uint8Array, size: number): Uint8Array {
  const whole = new Uint8Array(Math.max(bytes.length, size));
  whole.set(bytes);
  return chance.oneIn(3) ? damaged(chance, whole) : whole;
}
