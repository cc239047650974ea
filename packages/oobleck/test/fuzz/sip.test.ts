import { describe, expect, it } from 'vitest';
import { createChance } from '../../../stir/test/fuzz/chance.ts';
import { fuzz, LIMIT_MS } from '../../../stir/test/fuzz/fuzz.ts';
import { readRequest } from '../../src/gateway/sip/request.ts';
import { scanMessage } from '../../src/gateway/sip/scan-message.ts';
import { SipFault } from '../../src/gateway/sip/sip-fault.ts';
import { generateSip } from './sip-grammar.ts';
import { SIP_TARGET } from './sip-target.ts';

const SECONDS = 3;
const SEED = 4475;

describe('SIP messages', () => {
  it('are read or refused with the one error, in time, and answered whole or not at all', () => {
    const { finding, inputs, read } = fuzz(SIP_TARGET, SECONDS, SEED);
    expect(finding).toBeUndefined();
    expect(inputs).toBeGreaterThan(100);
    expect(read).toBeGreaterThan(0);
    expect(inputs - read).toBeGreaterThan(0);
  });

  it('depend on the seed alone', () => {
    for (let seed = 0; seed < 20; seed++)
      expect(generateSip(createChance(seed))).toBe(generateSip(createChance(seed)));
  });

  /** One piece again and again, wherever a reader loops. */
  const pieces = [
    ',',
    ';',
    '"',
    '\\"',
    '<',
    '>',
    ':',
    ' ',
    '\t',
    '%41',
    ';a',
    ';a=b',
    ',<sip:a@b>',
    '\r\n ',
    '\r\nX: y',
    '\r\nv: ',
  ];
  it.each(pieces)('a flood of %j takes no longer than anything else', (piece) => {
    const flood = piece.repeat(Math.floor(60_000 / piece.length));
    const frames = [
      `INVITE sip:a@b${flood} SIP/2.0\r\nVia: x\r\n\r\n`,
      ...[
        'Via: SIP/2.0/UDP h',
        'From: <sip:a@b>',
        'To: "a',
        'Contact: ',
        'Identity: ',
        'Call-ID: a',
        'Diversion: ',
      ].map((field) => `INVITE sip:a@b SIP/2.0\r\n${field}${flood}\r\n\r\n`),
    ];
    for (const text of frames) {
      const times = Array.from({ length: 3 }, () => {
        const startMs = performance.now();
        try {
          readRequest(scanMessage(Buffer.from(text, 'latin1')));
        } catch (error) {
          expect(error).toBeInstanceOf(SipFault);
        }
        return performance.now() - startMs;
      });
      expect(Math.min(...times)).toBeLessThan(LIMIT_MS);
    }
  });
});
