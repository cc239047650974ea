// Grammars of the text that strangers send (Identity, Reason, SIP header lines, PASSporTs), for fuzzing: mostly well
// formed, wrong in every place now and then. A longer run takes the same generators with more runs.

import fc from 'fast-check';
import { encodeBase64url, encodeUtf8 } from '../src/bytes/index.ts';

const rarely = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 19, arbitrary: usual }, { weight: 1, arbitrary: odd });
const noise = fc.string({ unit: 'binary-ascii', maxLength: 12 });
const blank = rarely(
  fc.constantFrom('', ' '),
  fc.constantFrom('\t', '\r\n ', '\r\n\t', '\n', '\u0000', '\u00a0'),
);
const word = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,12}$/);
const quoted = fc.string({ maxLength: 12 }).map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`);
const segmentText = rarely(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
  fc.stringMatching(/^[A-Za-z0-9_+/-]{0,40}$/),
);

const digest = rarely(
  fc.oneof(
    fc.array(segmentText, { minLength: 3, maxLength: 3 }).map((parts) => parts.join('.')),
    segmentText.map((one) => `..${one}`),
  ),
  fc.oneof(
    fc.array(segmentText, { maxLength: 5 }).map((parts) => parts.join('.')),
    noise,
  ),
);
const info = rarely(
  fc.webUrl().map((url) => `info=<${url}>`),
  noise,
);
const parameter = rarely(
  fc.oneof(
    fc.constantFrom('alg=ES256', 'ppt=shaken', 'ppt="div"', 'ALG = none', 'ppt'),
    fc.tuple(word, fc.oneof(word, quoted)).map(([name, value]) => `${name}=${value}`),
  ),
  noise,
);

/** Values of the Identity header field, folded, quoted, in both alphabets. */
export const identityValues: fc.Arbitrary<string> = fc
  .tuple(digest, info, fc.array(fc.tuple(blank, parameter, blank), { maxLength: 4 }))
  .map(([token, first, others]) => [token, first, ...others.map((parts) => parts.join(''))].join(';'));

const fieldName = rarely(fc.constantFrom('Identity', 'identity', 'y', 'Y', 'Via'), fc.oneof(word, noise));

/** Header lines of a SIP message with Identity fields among others. */
export const sipHeaders: fc.Arbitrary<string> = fc
  .array(
    fc
      .tuple(fieldName, blank, fc.array(identityValues, { minLength: 1, maxLength: 3 }))
      .map(([name, space, values]) => `${name}${space}:${space}${values.join(',')}`),
    { maxLength: 5 },
  )
  .chain((lines) => fc.constantFrom('\r\n', '\n').map((end) => lines.join(end) + end));

const reasonParameter = rarely(
  fc.oneof(
    fc.integer({ min: 0, max: 999 }).map((cause) => `cause=${cause}`),
    quoted.map((text) => `text=${text}`),
    quoted.map((text) => `ppi=${text}`),
  ),
  noise,
);
const reason = fc
  .tuple(rarely(fc.constantFrom('STIR', 'stir', 'Q.850'), noise), fc.array(reasonParameter, { maxLength: 3 }))
  .map(([protocol, others]) => [protocol, 'cause=438', ...others].slice(0, 4).join(' ;'));

/** Values of the Reason header field. */
export const reasonValues: fc.Arbitrary<string> = fc
  .array(reason, { minLength: 1, maxLength: 3 })
  .map((values) => values.join(','));

const any = fc.jsonValue({ maxDepth: 3 });
const or = (usual: fc.Arbitrary<unknown>) => rarely<unknown>(usual, any);
const number = rarely(fc.stringMatching(/^[0-9#*]{1,15}$/), fc.string({ maxLength: 18 }));
const party = rarely<unknown>(
  fc.record({ tn: number }),
  fc.oneof(fc.record({ uri: fc.webUrl() }), fc.record({ tn: number, uri: noise }), any),
);
const claims = {
  orig: party,
  dest: or(fc.record({ tn: fc.array(number, { minLength: 1, maxLength: 3 }) })),
  iat: or(fc.nat()),
  attest: or(fc.constantFrom('A', 'B', 'C')),
  origid: or(fc.uuid()),
  div: party,
  opt: or(fc.constant('aa.bb.cc')),
  rph: or(fc.constant({ auth: ['esnet.1'] })),
  sph: or(fc.constant('psap-callback')),
  rcd: or(fc.record({ nam: word, jcd: fc.constant(['vcard', [['x']]]) })),
  rcdi: or(fc.record({ '/nam': noise })),
  crn: or(word),
  mky: or(fc.constant([{ alg: 'sha-256', dig: 'AB'.repeat(32) }])),
  msgi: or(fc.constant(`sha256-${'A'.repeat(43)}`)),
  iss: or(word),
};
const BASE = ['orig', 'dest', 'iat'] as const;
const TYPES = {
  shaken: ['attest', 'origid'],
  div: ['div'],
  'div-o': ['div', 'opt'],
  rph: ['rph', 'sph'],
  rcd: ['rcd', 'rcdi', 'crn'],
  rsp: [],
  msg: ['msgi'],
  foo: ['mky'],
} as const;

/** The claims that a type has, most of them there, sometimes one of another. */
const payloadFor = (ppt: keyof typeof TYPES) =>
  fc
    .tuple(
      fc.record({ orig: claims.orig, dest: claims.dest, iat: claims.iat }, { requiredKeys: [...BASE] }),
      fc.record(Object.fromEntries(TYPES[ppt].map((name) => [name, claims[name]]))),
      rarely<object>(fc.constant({}), fc.record(claims, { requiredKeys: [] })),
    )
    .map(([base, own, other]) => ({ ...other, ...own, ...base }));
const segment = (json: fc.Arbitrary<unknown>) =>
  rarely(
    json.map((value) => encodeBase64url(encodeUtf8(JSON.stringify(value)))),
    fc.oneof(noise, segmentText),
  );

/** PASSporTs of every type, right and wrong in every member; their signatures mean nothing. */
export const passportTokens: fc.Arbitrary<string> = fc
  .constantFrom(...(Object.keys(TYPES) as (keyof typeof TYPES)[]))
  .chain((ppt) => {
    const header = fc.record(
      {
        alg: or(fc.constant('ES256')),
        typ: or(fc.constant('passport')),
        x5u: or(fc.webUrl()),
        ppt: or(fc.constant(ppt)),
      },
      { requiredKeys: ['alg', 'typ', 'x5u', 'ppt'] },
    );
    return fc.tuple(segment(header), segment(payloadFor(ppt)), rarely(fc.constant('A'.repeat(86)), noise));
  })
  .map((segments) => segments.join('.'));
