import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { crypto } from '../../test/carrier.ts';
import { refusal } from '../../test/hostile.ts';
import { encodeBase64url } from '../bytes/index.ts';
import { parseLifetime, parseRetractHash, retractHash } from './wire.ts';

describe('deposit header fields', () => {
  it.each([
    [undefined, 30],
    ['10', 10],
    ['20', 20],
    ['30', 30],
    ['60', 60],
  ])('lifetime %j is %d seconds', (text, seconds) => expect(parseLifetime(text)).toBe(seconds));

  it.each(['', '0', '15', '61', '010', '10.0', ' 10', '1e1', '-10', '10, 20'])('no lifetime is %j', (text) =>
    expect(() => parseLifetime(text)).toThrow(refusal('ERR_MAILBOX_FORMAT')),
  );

  it('the retraction proof is a labelled hash of the secret', () => {
    const secret = crypto.randomBytes(32);
    const expected = createHash('sha256').update('STIR-OOB v1 retract').update(secret).digest();
    expect(Buffer.from(retractHash(crypto, secret))).toEqual(expected);
    expect(parseRetractHash(encodeBase64url(expected))).toEqual(new Uint8Array(expected));
  });

  it.each([undefined, '', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}B`, '*'.repeat(43)])(
    'no retraction hash is %j',
    (text) => expect(() => parseRetractHash(text)).toThrow(refusal('ERR_MAILBOX_FORMAT')),
  );
});
