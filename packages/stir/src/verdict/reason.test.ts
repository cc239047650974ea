import { describe, expect, it } from 'vitest';
import { explain, furthest, REASONS, type Reason, statusOf, verstatOf } from './reason.ts';

/** RFC 8224 Section 6.2.2. */
const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  403: 'Stale Date',
  428: 'Use Identity Header',
  436: 'Bad Identity Info',
  437: 'Unsupported Credential',
  438: 'Invalid Identity Header',
};

/** The more telling phrases of the same section. */
const ALTERNATIVES: Readonly<Record<string, string>> = {
  malformed: 'Invalid PASSporT',
  'unsupported-ppt': 'Use Supported PASSporT Format',
};

/** The faults that a signer, or whoever altered its PASSporT, is answerable for; everything else could not be checked. */
const FAILED_IN_BAND: readonly Reason[] = [
  'malformed',
  'info-mismatch',
  'broken-diversion',
  'media-mismatch',
  'claims-not-permitted',
  'caller-mismatch',
  'called-mismatch',
  'stale',
  'certificate-malformed',
  'certificate-untrusted',
  'certificate-expired',
  'certificate-revoked',
  'no-authority',
  'bad-signature',
];

describe('the table of reasons', () => {
  it.each(REASONS)('%s has a SIP code with its phrase, and a sentence', (reason) => {
    const { sipCode, phrase, text } = explain(reason);
    expect(phrase).toBe(ALTERNATIVES[reason] ?? PHRASES[sipCode]);
    expect(text).toMatch(/^\w.*\w$/);
    expect(sipCode === 200).toBe(reason === 'verified');
  });

  it.each(REASONS)('%s: out of band it can only improve a verdict', (reason) => {
    const expected = reason === 'verified' ? 'verified' : 'unverifiable';
    expect(statusOf(reason, 'out-of-band')).toBe(expected);
    expect(verstatOf(statusOf(reason, 'out-of-band'))).not.toBe('TN-Validation-Failed');
  });

  it.each(REASONS)('%s: in band what is wrong fails, what could not be checked does not', (reason) => {
    const isFailed = FAILED_IN_BAND.includes(reason);
    const expected = reason === 'verified' ? 'verified' : isFailed ? 'failed' : 'unverifiable';
    expect(statusOf(reason, 'in-band')).toBe(expected);
  });

  it('maps a status to its verstat', () => {
    expect((['verified', 'failed', 'unverifiable'] as const).map(verstatOf)).toEqual([
      'TN-Validation-Passed',
      'TN-Validation-Failed',
      'No-TN-Validation',
    ]);
  });

  it.each<[Reason, number]>([
    ['stale', 403],
    ['no-passport', 428],
    ['certificate-unavailable', 436],
    ['certificate-untrusted', 437],
    ['bad-signature', 438],
  ])('I-06: %s is %d (RFC 8224 Section 6.2.2)', (reason, code) => expect(explain(reason).sipCode).toBe(code));

  it('of several candidates names the one that got furthest', () => {
    expect(furthest([], 'no-passport')).toBe('no-passport');
    expect(furthest(['malformed', 'bad-signature', 'stale'], 'no-passport')).toBe('bad-signature');
    expect(furthest(['caller-mismatch', 'ambiguous', 'no-authority'], 'no-passport')).toBe('ambiguous');
    for (const reason of REASONS) expect(furthest([reason], 'no-caller')).toBe(reason);
  });
});
