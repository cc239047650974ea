import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MUTATIONS, mutatedText, refusal, unlessRefused } from '../../test/hostile.ts';
import { formatIdentity, type Identity, parseIdentity } from './identity.ts';
import vectors from './vectors/identity.rfc8224.json' with { type: 'json' };

const TOKEN = 'aA0-_.bB.cC';
const INFO = 'https://cert.example.org/passport.cer';
const plain: Identity = { token: TOKEN, info: INFO, algorithm: 'ES256' };
const shaken: Identity = { ...plain, ppt: 'shaken' };

describe('parseIdentity (RFC 8224 Section 4)', () => {
  it('reads the published full form', () => {
    const { value, token, info } = vectors.full;
    expect(parseIdentity(value)).toEqual({ token, info, algorithm: 'ES256' });
  });

  it.each<[string, Identity]>([
    [`${TOKEN};info=<${INFO}>`, plain],
    [`${TOKEN};info=<${INFO}>;alg=ES256`, plain],
    [`${TOKEN};info=<${INFO}>;alg=ES256;ppt=shaken`, shaken],
    [`${TOKEN};info=<${INFO}>;alg=ES256;ppt="shaken"`, shaken],
    [`${TOKEN};ppt="sh\\aken";alg="ES256";info=<${INFO}>`, shaken],
    [` ${TOKEN} ; INFO = <${INFO}> ;\r\n\tAlg = ES256 ; PPT = shaken `, shaken],
    [`${TOKEN};info=<${INFO}>;ppt=Shaken`, { ...plain, ppt: 'Shaken' }],
    [`${TOKEN};info=<${INFO}>;alg=ES384`, { ...plain, algorithm: 'ES384' }],
    [`${TOKEN};info=<${INFO};a=b?c=d>;ppt=shaken`, { ...shaken, info: `${INFO};a=b?c=d` }],
    [`${TOKEN};info=<${INFO}>;x;y=z;q="a;b=\\"<c>\\\\"`, plain],
    ['a+/.b+/.c+/;info=<x:y>', { token: 'a-_.b-_.c-_', info: 'x:y', algorithm: 'ES256' }],
    ['..c+/;info=<x:y>;ppt=rcd', { token: '..c-_', info: 'x:y', algorithm: 'ES256', ppt: 'rcd' }],
  ])('reads %j', (value, expected) => expect(parseIdentity(value)).toEqual(expected));

  it('the usual spelling says the same as any other of the same value, damaged or not, 500 times', () => {
    const outcome = (value: string) => unlessRefused(() => parseIdentity(value)) ?? 'refused';
    const parts = fc.tuple(
      fc.constantFrom(TOKEN, 'aa.bb.cc', '..cc', 'a+.b.c', 'aa.bb', ''),
      fc.constantFrom(INFO, 'x:y', '', 'a b', 'a"b', 'a<b', 'a>b', `${INFO};a=b`),
      fc.constantFrom(';alg=ES256', '', ';alg=es256', ';alg=ES256;alg=ES256'),
      fc.constantFrom(
        ';ppt=shaken',
        ';ppt="shaken"',
        ';ppt="shaken',
        ';ppt=shaken"',
        ';ppt=',
        ';ppt=div-o',
        '',
      ),
    );
    fc.assert(
      fc.property(
        parts,
        fc.nat(120),
        fc.constantFrom('', '', '', ';', '"', ' ', ','),
        ([token, info, alg, ppt], at, more) => {
          const whole = `${token};info=<${info}>${alg}${ppt}`;
          const value = whole.slice(0, at) + more + whole.slice(at);
          // A blank at its end is nothing to the grammar, and no usual spelling.
          expect(outcome(value)).toEqual(outcome(`${value} `));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads the published compact forms', () => {
    for (const value of vectors.compact)
      expect(parseIdentity(value).token).toBe(`..${vectors.full.token.split('.')[2]}`);
  });

  it.each([
    '',
    `..;info=<${INFO}>`,
    `.aa;info=<${INFO}>`,
    `...aa;info=<${INFO}>`,
    `a+.b-.c;info=<${INFO}>`,
    TOKEN,
    `${TOKEN};`,
    `;info=<${INFO}>`,
    `aa.bb;info=<${INFO}>`,
    `aa..cc;info=<${INFO}>`,
    `aa.bb.cc.dd;info=<${INFO}>`,
    `aa.b b.cc;info=<${INFO}>`,
    `"aa.bb.cc";info=<${INFO}>`,
    `aa.bb.cc=;info=<${INFO}>`,
    `${TOKEN};alg=ES256`,
    `${TOKEN};info`,
    `${TOKEN};info=${INFO}`,
    `${TOKEN};info="${INFO}"`,
    `${TOKEN};info=<>`,
    `${TOKEN};info=<${INFO}`,
    `${TOKEN};info=<${INFO}>>`,
    `${TOKEN};info=<<${INFO}>`,
    `${TOKEN};info=<${INFO}>x`,
    `${TOKEN};info=<a b>`,
    `${TOKEN};info=<${INFO}>;info=<${INFO}>`,
    `${TOKEN};info=<${INFO}>;INFO=<https://other.example>`,
    `${TOKEN};info=<${INFO}>;ppt=shaken;ppt=div`,
    `${TOKEN};info=<${INFO}>;alg=ES256;Alg=none`,
    `${TOKEN};info=<${INFO}>;ppt="shaken`,
    `${TOKEN};info=<${INFO}>;ppt="shaken\\"`,
    `${TOKEN};info=<${INFO}>;ppt=sha"ken"`,
    `${TOKEN};info=<${INFO}>;ppt="sha"ken`,
    `${TOKEN};info=<${INFO}>;ppt=sha ken`,
    `${TOKEN};info=<${INFO}>;=x`,
    `${TOKEN};info=<${INFO}>;;alg=ES256`,
    `${TOKEN};info=<${INFO}>;\u212a=x`,
    `${TOKEN};info=<${INFO}>,${TOKEN};info=<${INFO}>`,
    `${TOKEN};info=<${INFO}>${';a=b'.repeat(20)}`,
    `${TOKEN};info=<${INFO}${'x'.repeat(65_536)}>`,
  ])('refuses %.80j', (value) => expect(() => parseIdentity(value)).toThrow(refusal('ERR_IDENTITY_FORMAT')));
});

describe('formatIdentity', () => {
  it('writes what RFC 8224 Section 4 shows', () => {
    expect(formatIdentity(shaken)).toBe(`${TOKEN};info=<${INFO}>;alg=ES256;ppt="shaken"`);
  });

  it('parse(format(identity)) is the identity', () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
    const word = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,8}$/);
    const identity = fc.record(
      {
        token: fc.tuple(segment, segment, segment).map((parts) => parts.join('.')),
        info: fc.webUrl({ withQueryParameters: true }).filter((url) => !/[<>"]/.test(url)),
        algorithm: word,
        ppt: word,
      },
      { requiredKeys: ['token', 'info', 'algorithm'] },
    );
    const check = (one: Identity) => {
      expect(parseIdentity(formatIdentity(one))).toEqual(one);
    };
    fc.assert(fc.property(identity, check));
  });

  it('a damaged value is refused, or gives a token and a URL that fit where they stood', () => {
    const check = (value: string) => {
      const identity = unlessRefused(() => parseIdentity(value));
      if (identity === undefined) return;
      expect(identity.token).toMatch(/^([\w-]+\.[\w-]+|\.)\.[\w-]+$/);
      expect(identity.info).toMatch(/^[^<>\s"]+$/);
      expect(value).toContain(`<${identity.info}>`);
    };
    fc.assert(fc.property(mutatedText(formatIdentity(shaken)), check), MUTATIONS);
  });
});
