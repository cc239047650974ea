import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MUTATIONS, mutatedText, refusal, unlessRefused } from '../../test/hostile.ts';
import { isUri, normalizeUri } from './canonical-uri.ts';
import vectors from './vectors/canonical-uri.rfc8224.json' with { type: 'json' };

describe('I-02: normalizeUri (RFC 8224 Section 8.5)', () => {
  it.each([
    ...(vectors.cases as [string, string][]),
    ['sip:alice@example.com', 'sip:alice@example.com'],
    ['sip:A%2fb%41@[2001:DB8::1]:5060', 'sip:a%2Fba@[2001:db8::1]'],
    ['sip:a;b=c:secret@h;maddr=x', 'sip:a;b=c@h'],
    ['URN:service:sos', 'urn:service:sos'],
  ])('%s is %s', (text, expected) => expect(normalizeUri(text)).toBe(expected));

  it.each([
    '',
    'alice@example.com',
    'sip:example.com',
    'sip:@example.com',
    'sip:alice@',
    'sip:al ice@example.com',
    'sip:al%ice@example.com',
    'sip:alice@example.com:port',
    'sip:alice@exam_ple.com',
    'sip:alice@@example.com',
    `sip:${'a'.repeat(2_048)}@h`,
  ])('refuses %.40j', (text) => expect(() => normalizeUri(text)).toThrow(refusal('ERR_URI_FORMAT')));

  it('what is normal stays as it is', () => {
    const check = (text: string) => {
      const uri = unlessRefused(() => normalizeUri(text));
      if (uri === undefined) return;
      expect(isUri(uri)).toBe(true);
      expect(normalizeUri(uri)).toBe(uri);
    };
    fc.assert(fc.property(mutatedText('SIP:Al%69ce:pw@Example.COM:5060;a=b?c=d'), check), MUTATIONS);
  });
});
