import { describe, expect, it } from 'vitest';
import { parseStirReasons } from '../identity/index.ts';
import { explain, REASONS } from './reason.ts';
import { formatSipReasons } from './sip-reason.ts';

const SIGNATURE = 'A'.repeat(86);

describe('I-08: formatSipReasons (RFC 9410 Section 4)', () => {
  it('one for each error, with the compact form of the PASSporT meant', () => {
    const fields = formatSipReasons([
      { reason: 'certificate-unavailable', token: `aa.bb.${SIGNATURE}` },
      { reason: 'bad-signature', token: `..${SIGNATURE}` },
      { reason: 'no-passport' },
      { reason: 'malformed', token: 'nonsense' },
    ]);
    expect(fields).toEqual([
      `STIR ;cause=436 ;text="Bad Identity Info" ;ppi="..${SIGNATURE}"`,
      `STIR ;cause=438 ;text="Invalid Identity Header" ;ppi="..${SIGNATURE}"`,
      'STIR ;cause=428 ;text="Use Identity Header"',
      'STIR ;cause=438 ;text="Invalid PASSporT"',
    ]);
  });

  it.each(REASONS)('I-06: %s has a code, and verified is never reported', (reason) => {
    const fields = formatSipReasons([{ reason: reason as 'stale' }]);
    if (reason === 'verified') expect(fields).toEqual([]);
    else {
      expect([403, 428, 436, 437, 438]).toContain(explain(reason).sipCode);
      expect(parseStirReasons(fields[0]!)).toEqual([
        { cause: explain(reason).sipCode, text: explain(reason).phrase },
      ]);
    }
  });
});
