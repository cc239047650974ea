import { beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, createStiAuthority, crypto } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { encodeBase64url } from '../bytes/index.ts';
import { formatX5c, signCompactJws } from '../jws/index.ts';
import { formatAttestation } from '../token/index.ts';
import { formatStreamRequest, parseStreamRequest } from './stream-request.ts';

const request = {
  mailboxId: crypto.randomBytes(32),
  audience: 'cps.example',
  issuedAt: 1_800_000_000,
  id: '0123456789abcdef',
};
let carrier: Carrier;
beforeAll(async () => {
  carrier = await (await createStiAuthority()).issueCarrier(['0-1234']);
});

describe('request for a stream', () => {
  it('comes back as it was written, with what its signature needs', () => {
    const parsed = parseStreamRequest(formatStreamRequest(request, carrier.key, carrier.chain));
    expect(parsed).toMatchObject(request);
    expect(parsed.chain.map(({ der }) => der)).toEqual(carrier.chain.map(({ der }) => der));
    expect(carrier.key.publicKey.verify(parsed.jws.signingInput, parsed.jws.signature)).toBe(true);
    expect(parsed.jws.header.typ).toBe('oob-stream+jwt');
  });

  const good = { iss: encodeBase64url(request.mailboxId), aud: 'a', iat: 1, jti: request.id };
  it.each<[string, object, object]>([
    ['another typ', { typ: 'oob-key+jwt' }, {}],
    ['another algorithm', { alg: 'none' }, {}],
    ['crit', { crit: ['x'] }, {}],
    ['no chain', { x5c: undefined }, {}],
    ['no mailbox', {}, { iss: undefined }],
    ['a mailbox of 31 bytes', {}, { iss: encodeBase64url(new Uint8Array(31)) }],
    ['no audience', {}, { aud: ['a'] }],
    ['a time that is no whole number', {}, { iat: 1.5 }],
    ['a time in text', {}, { iat: '1' }],
    ['a short id', {}, { jti: 'short' }],
    ['a long id', {}, { jti: 'x'.repeat(65) }],
    ['an id with blanks', {}, { jti: '0123456789 abcdef' }],
  ])('refuses %s', (_, header, payload) => {
    const head = { alg: 'ES256', typ: 'oob-stream+jwt', x5c: formatX5c(carrier.chain), ...header };
    const text = signCompactJws(JSON.stringify(head), JSON.stringify({ ...good, ...payload }), carrier.key);
    expect(() => parseStreamRequest(text)).toThrow(refusal('ERR_STREAM_REQUEST_FORMAT'));
  });

  it('refuses other kinds of token and nonsense', () => {
    const digest = new Uint8Array(32);
    const attestation = formatAttestation({ ...request, digest }, carrier.key, carrier.chain);
    for (const text of [attestation, '', 'a.b.c', 'x'.repeat(20_000)])
      expect(() => parseStreamRequest(text)).toThrow(refusal('ERR_STREAM_REQUEST_FORMAT'));
  });
});
