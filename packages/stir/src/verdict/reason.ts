// The one table of verdicts: what was found, what it means for the call, and how each outside world is told:
// verstat (3GPP TS 24.229), SIP code and phrase (RFC 8224 Section 6.2.2), a sentence, a metric label.
// Out of band a fault never says more than "unverifiable": whoever wants to can leave junk at a CPS, and it must not
// turn a call into a failed one. In band RFC 8224 rules, except that what could not be looked up is never a failure.

export type Verstat = 'TN-Validation-Passed' | 'TN-Validation-Failed' | 'No-TN-Validation';
export type Channel = 'in-band' | 'out-of-band';
export type Status = 'verified' | 'failed' | 'unverifiable';

interface Row {
  /** What it means where the PASSporT came with the call. */
  readonly inBand: Status;
  /** RFC 8224 Section 6.2.2; 200 where nothing is wrong. */
  readonly sipCode: SipCode;
  readonly text: string;
  /** Instead of the code's own phrase, where RFC 8224 Section 6.2.2 has a more telling one. */
  readonly phrase?: string;
}

export type SipCode = 200 | 403 | 428 | 436 | 437 | 438;

const failed = (sipCode: SipCode, text: string, phrase?: string): Row =>
  rowOf('failed', sipCode, text, phrase);
const open = (sipCode: SipCode, text: string, phrase?: string): Row =>
  rowOf('unverifiable', sipCode, text, phrase);

function rowOf(inBand: Status, sipCode: SipCode, text: string, phrase: string | undefined): Row {
  return { inBand, sipCode, text, ...(phrase === undefined ? {} : { phrase }) };
}

/**
 * Every reason, in the order in which the checks are made: of several candidates that all fall short, the one that got
 * furthest gives the reason. The name is the metric label.
 */
const TABLE = {
  'no-caller': open(428, 'the call presents no calling number'),
  'not-checked': open(428, 'calls like this one are not checked here'),
  'not-served': open(428, 'no key for the called number is held here'),
  'no-passport': open(428, 'no PASSporT for this call was found'),
  'cps-unavailable': open(428, 'no Call Placement Service answered in time'),
  malformed: failed(438, 'the PASSporT or its header field is malformed', 'Invalid PASSporT'),
  // RFC 8224 Section 6.2, step 1: ignored, as if there were none.
  'unsupported-ppt': open(428, 'the PASSporT type is not supported', 'Use Supported PASSporT Format'),
  'info-mismatch': failed(438, 'the parameters of the header field differ from the PASSporT'),
  'broken-diversion': failed(438, 'a diversion does not lead back to the PASSporT of the call'),
  'caller-mismatch': failed(438, 'orig is not the number that calls'),
  'called-mismatch': failed(438, 'dest is not the number that was called'),
  stale: failed(403, 'iat is outside the freshness window'),
  'media-mismatch': failed(438, 'mky names other media keys than the call has'),
  'certificate-unlisted': open(436, 'the certificate is at a repository that is not listed'),
  'certificate-unavailable': open(436, 'the certificate could not be fetched'),
  'certificate-unsupported': open(437, 'the certificate has a key of a kind that is not supported'),
  'certificate-malformed': failed(437, 'the certificate chain is malformed'),
  'certificate-untrusted': failed(437, 'the certificate chain does not lead to a trust anchor'),
  'certificate-expired': failed(437, 'a certificate of the chain is not in force'),
  'certificate-revoked': failed(437, 'a certificate of the chain was revoked'),
  'claims-not-permitted': failed(438, 'the certificate does not permit what the PASSporT claims'),
  'no-authority': failed(437, 'the certificate has no authority for the number it signs for'),
  'bad-signature': failed(438, 'the signature does not hold'),
  deadline: open(436, 'nothing was decided within the deadline of the call'),
  internal: open(436, 'the verification service failed'),
  ambiguous: open(438, 'the PASSporT was already taken by another call'),
  verified: { inBand: 'verified', sipCode: 200, text: 'the calling number is verified' },
} as const satisfies Record<string, Row>;

export type Reason = keyof typeof TABLE;
export type Fault = Exclude<Reason, 'verified'>;
/** A value, or why there is none. */
export type Outcome<T> = { readonly value: T } | { readonly fault: Fault };

const ORDER = Object.keys(TABLE) as Reason[];
const PHRASES = {
  200: 'OK',
  403: 'Stale Date',
  428: 'Use Identity Header',
  436: 'Bad Identity Info',
  437: 'Unsupported Credential',
  438: 'Invalid Identity Header',
} as const;

export const REASONS: readonly Reason[] = ORDER;

export function statusOf(reason: Reason, channel: Channel): Status {
  if (reason === 'verified') return 'verified';
  return channel === 'in-band' ? TABLE[reason].inBand : 'unverifiable';
}

export function verstatOf(status: Status): Verstat {
  if (status === 'verified') return 'TN-Validation-Passed';
  return status === 'failed' ? 'TN-Validation-Failed' : 'No-TN-Validation';
}

/** Code, phrase and sentence, as SIP and ATIS-1000082 answers carry them. */
export function explain(reason: Reason): { sipCode: SipCode; phrase: string; text: string } {
  const { sipCode, text, phrase }: Row = TABLE[reason];
  return { sipCode, phrase: phrase ?? PHRASES[sipCode], text };
}

/** The reason of whatever got furthest; `otherwise` where there was nothing. */
export function furthest(reasons: readonly Reason[], otherwise: Reason): Reason {
  return reasons.reduce((best, next) => (ORDER.indexOf(next) > ORDER.indexOf(best) ? next : best), otherwise);
}
