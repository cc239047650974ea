// Envelopes that streams brought, by the numbers and URIs that their PASSporTs name as called; bounded, and forgotten once nothing
// in them can be fresh. Whoever waits for a call to a number is told as one comes.

import type { Envelope } from '@oobleck/stir/seal';
import { readPassport } from '@oobleck/stir/verdict';
import type { EnvelopeReceiver, Wanted } from './streamed-mailboxes.ts';

export interface StreamedCalls {
  /** @param mailbox base64url of its id */
  add(mailbox: string, envelope: Envelope): void;
  recall(wanted: Wanted): readonly Envelope[];
  watch(wanted: Wanted, receive: EnvelopeReceiver): () => void;
  /** Whether something of this mailbox that could still be fresh gave way for want of room. */
  hasGap(mailbox: string): boolean;
  readonly size: number;
}

interface Entry {
  readonly mailbox: string;
  readonly envelope: Envelope;
  readonly names: readonly string[];
  readonly untilMs: number;
}

interface Watcher {
  readonly wanted: Wanted;
  readonly receive: EnvelopeReceiver;
}

/** As long as a PASSporT that came can serve a call: it lay for at most a minute, and is fresh for about another. */
const KEEP_MS = 120_000;
const NAMES_PER_ENVELOPE = 64;
/**
 * Of one name, about as many as a call can look at. Somebody floods it then: the oldest give way, and the mailbox is asked
 * instead, where the highest stake comes first.
 */
const ENVELOPES_PER_NAME = 128;

/** @param maximum envelopes kept, default 65536; the oldest give way */
export function createStreamedCalls(now: () => number, maximum = 65_536): StreamedCalls {
  const entries = new Set<Entry>();
  const byName = new Map<string, Set<Entry>>();
  const watchers = new Map<string, Set<Watcher>>();
  const gaps = new Map<string, number>();

  const giveWay = (entry: Entry, nowMs: number): void => {
    if (entry.untilMs > nowMs) gaps.set(entry.mailbox, nowMs + KEEP_MS);
    entries.delete(entry);
    for (const name of entry.names) removeFrom(byName, name, entry);
  };
  const forgetOld = (nowMs: number): void => {
    for (const entry of entries) {
      if (entry.untilMs > nowMs && entries.size < maximum) return; // oldest first: a Set keeps insertion order
      giveWay(entry, nowMs);
    }
  };
  return {
    get size() {
      return entries.size;
    },
    hasGap: (mailbox) => (gaps.get(mailbox) ?? 0) > now(),
    add(mailbox, envelope) {
      const names = calledIn(envelope);
      if (names.length === 0) return; // cover, or nothing that could ever match
      forgetOld(now());
      const entry = { mailbox, envelope, names, untilMs: now() + KEEP_MS };
      entries.add(entry);
      for (const name of names) {
        const group = byName.get(name);
        const [oldest] = group?.size === ENVELOPES_PER_NAME ? group : [];
        if (oldest !== undefined) giveWay(oldest, now());
        addTo(byName, name, entry);
      }
      const told = new Set(names.flatMap((name) => [...(watchers.get(name) ?? [])]));
      for (const { wanted, receive } of told) if (wanted.mailboxes.has(mailbox)) receive(envelope);
    },
    recall({ called, mailboxes }) {
      const nowMs = now();
      const found = new Set(called.flatMap((name) => [...(byName.get(name) ?? [])]));
      return [...found]
        .filter(({ mailbox, untilMs }) => untilMs > nowMs && mailboxes.has(mailbox))
        .map(({ envelope }) => envelope);
    },
    watch(wanted, receive) {
      const watcher = { wanted, receive };
      for (const name of wanted.called) addTo(watchers, name, watcher);
      return () => {
        for (const name of wanted.called) removeFrom(watchers, name, watcher);
      };
    },
  };
}

/** Whom any PASSporT of the envelope names as called: with diversions, each stop of the way. */
function calledIn({ passports }: Envelope): readonly string[] {
  const destinations = passports
    .map(readPassport)
    .flatMap((read) => ('value' in read ? [read.value.destinations] : []));
  const names = destinations.flatMap(({ numbers, uris }) => [...numbers, ...uris]);
  return [...new Set(names)].slice(0, NAMES_PER_ENVELOPE);
}

function addTo<T>(groups: Map<string, Set<T>>, name: string, value: T): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, new Set([value]));
  else group.add(value);
}

function removeFrom<T>(groups: Map<string, Set<T>>, name: string, value: T): void {
  const group = groups.get(name);
  if (group?.delete(value) && group.size === 0) groups.delete(name);
}
