// Grammar-based fuzzing: whatever the generators make is read, or refused with StirError, and nothing else happens.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  callingIdentity,
  formatIdentity,
  formatStirReason,
  parseIdentity,
  parseStirReasons,
  readIdentityFields,
} from '../src/identity/index.ts';
import { parsePassport } from '../src/passport/index.ts';
import { findChains, readIdentity, readPassport } from '../src/verdict/index.ts';
import { unlessRefused } from './hostile.ts';
import { identityValues, passportTokens, reasonValues, sipHeaders } from './text-grammar.ts';

const RUNS = { numRuns: 2_000 };

describe('fuzz', () => {
  it('Identity values (RFC 8224 Section 4)', () => {
    let read = 0;
    const check = (value: string) => {
      const identity = unlessRefused(() => parseIdentity(value));
      readIdentity(value);
      callingIdentity({ from: value, assertedIdentities: [value] }, { isAssertedTrusted: true });
      if (identity === undefined) return;
      read++;
      expect(parseIdentity(formatIdentity({ ...identity, ppt: 'x' })).token).toBe(identity.token);
    };
    fc.assert(fc.property(identityValues, check), RUNS);
    expect(read).toBeGreaterThan(200);
  });

  it('SIP header lines', () => {
    let read = 0;
    const check = (headers: string) => {
      read += unlessRefused(() => readIdentityFields(headers))?.length ?? 0;
    };
    fc.assert(fc.property(sipHeaders, check), RUNS);
    expect(read).toBeGreaterThan(200);
  });

  it('Reason values (RFC 9410)', () => {
    let read = 0;
    const check = (value: string) => {
      for (const reason of unlessRefused(() => parseStirReasons(value)) ?? []) {
        read++;
        expect(parseStirReasons(formatStirReason(reason))).toEqual([reason]);
      }
    };
    fc.assert(fc.property(reasonValues, check), RUNS);
    expect(read).toBeGreaterThan(100);
  });

  it('PASSporTs of every type (RFC 8225)', () => {
    const read = new Set<string>();
    const check = (token: string) => {
      const passport = unlessRefused(() => parsePassport(token));
      const outcome = readPassport(token);
      expect('value' in outcome).toBe(passport !== undefined);
      if (passport === undefined) return;
      read.add(passport.extension);
      findChains([passport, passport]);
    };
    fc.assert(fc.property(passportTokens, check), RUNS);
    expect(read.size).toBeGreaterThan(3);
  });
});
