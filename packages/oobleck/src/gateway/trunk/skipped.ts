// Why nothing is done about a call, whichever way it goes.

export type Skipped =
  /** The trunk is switched off. */
  | 'off'
  /** The trunk is for calls of the other direction. */
  | 'direction'
  /** An emergency call, or one back from there. */
  | 'exempt'
  /** A number that is none, or a call id that is none. */
  | 'malformed-call'
  /** Decided and recorded only. */
  | 'monitor'
  /** Nothing was decided within the deadline. */
  | 'deadline'
  /** The last calls ran into the deadline; this one is not kept waiting. */
  | 'suspended'
  /** No service for that direction runs here. */
  | 'no-service'
  /** Something nobody foresaw. */
  | 'internal';

const EACH: Readonly<Record<Skipped, true>> = {
  off: true,
  direction: true,
  exempt: true,
  'malformed-call': true,
  monitor: true,
  deadline: true,
  suspended: true,
  'no-service': true,
  internal: true,
};

/** All of them, for whoever counts. */
export const SKIPPED = Object.keys(EACH) as readonly Skipped[];
