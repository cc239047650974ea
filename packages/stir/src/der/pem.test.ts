import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vector from '../certificate/vectors/certificate.rfc9118.json' with { type: 'json' };
import { formatPem, parsePem } from './pem.ts';

const block = vector.pem;
const refused = expect.objectContaining({ code: 'ERR_PEM_FORMAT' });

describe('parsePem', () => {
  it('reads back what formatPem writes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1 }), { minLength: 1, maxLength: 10 }), (ders) => {
        expect(parsePem(formatPem(ders))).toEqual(ders);
      }),
    );
    expect(formatPem(parsePem(block))).toBe(`${block}\n`);
  });

  it('takes CRLF, text and blank lines between blocks', () => {
    const text = `subject=SHAKEN\r\n\r\n${block.replaceAll('\n', '\r\n')}\r\nnext:\n\n${block}`;
    expect(parsePem(text)).toEqual([...parsePem(block), ...parsePem(block)]);
  });

  it.each([
    ['nothing', ''],
    ['text only', 'no certificate here'],
    ['another label', block.replaceAll('CERTIFICATE', 'PRIVATE KEY')],
    ['another label beside', `${block}\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----`],
    ['an open block', block.slice(0, -30)],
    ['a block within a block', block.replace('\n', '\n-----BEGIN CERTIFICATE-----\n')],
    ['a header inside', block.replace('\n', '\nProc-Type: 4,ENCRYPTED\n')],
    ['an empty line inside', block.replace('\n', '\n\n')],
    ['an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----'],
    ['the URL alphabet', '-----BEGIN CERTIFICATE-----\nAA-_\n-----END CERTIFICATE-----'],
    ['stray low bits', '-----BEGIN CERTIFICATE-----\nAB==\n-----END CERTIFICATE-----'],
    ['missing padding', '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----'],
    ['padding in the middle', '-----BEGIN CERTIFICATE-----\nAA==AAAA\n-----END CERTIFICATE-----'],
    ['eleven certificates', `${block}\n`.repeat(11)],
    ['more than 64 KiB', `${' '.repeat(65_536)}\n${block}`],
  ])('refuses %s', (_, text) => {
    expect(() => parsePem(text)).toThrow(refused);
  });
});
