import { describe, expect, it } from 'vitest';
import { refusal } from '../../test/hostile.ts';
import { decodeHex, encodeUtf8 } from '../bytes/index.ts';
import { encodeDer, parsePem, TAG } from '../der/index.ts';
import { parseCertificate } from './certificate.ts';
import { type ConstraintsForm, meetsClaimConstraints, parseClaimConstraints } from './claim-constraints.ts';
import vector from './vectors/certificate.rfc9118.json' with { type: 'json' };

const ia5 = (text: string) => encodeDer(TAG.ia5String, encodeUtf8(text));
const utf8 = (text: string) => encodeDer(TAG.utf8String, encodeUtf8(text));
const sequence = (...parts: Uint8Array[]) => encodeDer(TAG.sequence, ...parts);
const names = (...list: string[]) => sequence(...list.map(ia5));
const include = (...list: string[]) => encodeDer(TAG.explicit0, names(...list));
const exclude = (...list: string[]) => encodeDer(TAG.explicit2, names(...list));
const permit = (...list: [string, string[]][]) =>
  encodeDer(
    TAG.explicit1,
    sequence(...list.map(([name, values]) => sequence(ia5(name), sequence(...values.map(utf8))))),
  );

const BASE = { iat: 1, orig: { tn: '12155551212' }, dest: { tn: ['12155551213'] } };
const read = (form: ConstraintsForm, ...parts: Uint8Array[]) =>
  parseClaimConstraints(sequence(...parts), form)!;

describe('claim constraints (RFC 8226 Section 8, RFC 9118 Section 3)', () => {
  it('C-04: reads the example of RFC 9118 Section 5 and holds claims against it', () => {
    const { claimConstraints, hasClaimConstraints } = parseCertificate(parsePem(vector.pem)[0]!);
    expect(hasClaimConstraints).toBe(true);
    expect(claimConstraints).toEqual({
      mustInclude: ['confidence'],
      permittedValues: new Map([['confidence', ['high', 'medium']]]),
      mustExclude: ['priority'],
    });
    const meets = (more: object) => meetsClaimConstraints(claimConstraints!, { ...BASE, ...more });
    expect(meets({ confidence: 'high' })).toBe(true);
    expect(meets({ confidence: 'medium', other: 1 })).toBe(true);
    expect(meets({ confidence: 'low' })).toBe(false);
    expect(meets({})).toBe(false);
    expect(meets({ confidence: 'high', priority: 1 })).toBe(false);
  });

  it('C-04: a claim that must be there is missing (RFC 8226 Section 8, item 1)', () => {
    const constraints = read('plain', include('attest', 'origid'));
    expect(meetsClaimConstraints(constraints, { ...BASE, attest: 'A', origid: 'x' })).toBe(true);
    expect(meetsClaimConstraints(constraints, { ...BASE, attest: 'A' })).toBe(false);
  });

  it.each(['iat', 'orig', 'dest'])('C-04: %s must be there whatever is listed', (name) => {
    const claims = Object.fromEntries(Object.entries(BASE).filter(([key]) => key !== name));
    expect(meetsClaimConstraints(read('plain', permit(['a', ['b']])), claims)).toBe(false);
  });

  it.each([
    ['B', false],
    ['a', false],
    ['A ', false],
    ['A', true],
    [['A'], false],
    [null, false],
  ])(
    'C-04: of a claim that may be "A" only, %j counts: %s (RFC 8226 Section 8, item 2)',
    (attest, expected) => {
      const constraints = read('plain', permit(['attest', ['A']]));
      expect(meetsClaimConstraints(constraints, { ...BASE, attest })).toBe(expected);
      expect(meetsClaimConstraints(constraints, BASE)).toBe(true);
    },
  );

  it('C-04: compares what is no string by its canonical JSON', () => {
    const constraints = read(
      'plain',
      permit(['rcdi', ['{"/icn":"sha256-a","/nam":"sha256-b"}']], ['n', ['5']]),
    );
    const meets = (more: object) => meetsClaimConstraints(constraints, { ...BASE, ...more });
    expect(meets({ rcdi: { '/nam': 'sha256-b', '/icn': 'sha256-a' }, n: 5 })).toBe(true);
    expect(meets({ rcdi: { '/nam': 'sha256-b' } })).toBe(false);
    expect(meets({ n: 5.5 })).toBe(false);
    expect(meets({ n: '5' })).toBe(true);
  });

  it('C-04: permits of a claim listed twice what both lists permit', () => {
    const constraints = read('plain', permit(['a', ['x', 'y']], ['a', ['y', 'z']]));
    expect(['x', 'y', 'z'].filter((a) => meetsClaimConstraints(constraints, { ...BASE, a }))).toEqual(['y']);
  });

  it('C-04: takes no name from the prototype of a claims object for a claim', () => {
    expect(meetsClaimConstraints(read('plain', include('toString')), BASE)).toBe(false);
    expect(meetsClaimConstraints(read('enhanced', exclude('toString')), BASE)).toBe(true);
  });

  it('C-05: a claim that must not be there is (RFC 9118 Section 3, item 3)', () => {
    const constraints = read('enhanced', exclude('priority'));
    expect(meetsClaimConstraints(constraints, BASE)).toBe(true);
    expect(meetsClaimConstraints(constraints, { ...BASE, priority: null })).toBe(false);
  });

  it.each(['iat', 'orig', 'dest'])('C-05: excluding %s makes the extension count as absent', (name) => {
    expect(read('enhanced', include('a'), exclude('priority', name))).toBeUndefined();
  });

  it.each([
    ['constrains nothing', 'plain', '3000'],
    ['an empty list of names', 'plain', '3004a0023000'],
    ['an empty list of claims', 'plain', '3004a1023000'],
    ['a claim without values', 'plain', '300ba1093007300516016130003000'],
    ['an empty name', 'plain', '3006a00430021600'],
    ['a name that is no IA5String', 'plain', '3007a00530030c0161'],
    ['a name beyond ASCII', 'plain', '3007a0053003160180'],
    ['mustExclude in the plain form', 'plain', '3007a20530031601' + '61'],
    ['the fields out of order', 'enhanced', '300ea1053003160161a0053003160161'],
    ['a second list in one field', 'plain', '300ca00a3003160161300316' + '0161'],
    ['something after the end', 'plain', '3007a0053003160161' + '00'],
  ] as const)('C-04: refuses an extension that %s', (_, form, hex) => {
    const act = () => parseClaimConstraints(decodeHex(hex), form);
    expect(act).toThrow(expect.objectContaining({ name: 'StirError' }));
  });

  it('C-04: refuses lists without end', () => {
    const long = Array.from({ length: 257 }, (_, at) => `n${at}`);
    expect(() => read('plain', include(...long))).toThrow(refusal('ERR_CERTIFICATE_FORMAT'));
    expect(() => read('plain', include(...long.slice(1)))).not.toThrow();
  });
});
