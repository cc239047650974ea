// The verification service of a process, with the encryption keys that calls to its numbers are sealed to.

import { createNumberCover, parseTnEntry } from '@oobleck/stir/number';
import { createDirectoryClient, createReplySource } from '../http/clients/index.ts';
import { createFileMailboxKeys } from '../store/file/mailbox-keys.ts';
import { createMemoryMailboxKeys } from '../store/memory/mailbox-keys.ts';
import {
  createKeyHolder,
  createVerificationService,
  type KeyHolder,
  type OwnKeys,
  type VerificationEvent,
  type VerificationOptions,
  type VerificationParts,
  type VerificationService,
} from '../verification/index.ts';
import type { ClearText } from './clear-text.ts';
import type { Configuration } from './configuration.ts';
import { readIdentity } from './credential-files.ts';
import type { Environment } from './environment.ts';
import { startStreamKeeper } from './stream-keeper.ts';

export interface CalledSide {
  readonly service: VerificationService;
  readonly keys: OwnKeys;
  /** Tells how far the clocks of others are ahead, of PASSporTs that are outside freshness. */
  watchClocks(listener: (aheadSeconds: number) => void): void;
  /** Makes keys where they are due and registers them. @returns whether every directory and CPS took them */
  renew(): Promise<boolean>;
  /** The same for calls that wait for their PASSporT so long, and share the record of used ones. */
  patientService(waitMs: number): VerificationService;
  close(): void;
}

type Options = NonNullable<Configuration['verification']>;

const RENEW_MS = 60_000;
const RETRY_MS = 1_000;

export function startCalledSide(options: Options, environment: Environment, clear?: ClearText): CalledSide {
  const { crypto, now, clients, trust, timers, log, numberMap } = environment;
  const holders = options.mailboxes.map((one, at) =>
    startKeyHolder(one, environment, `verification.mailboxes.${at}`),
  );
  const keys: OwnKeys = {
    keysFor: (number, tenant) =>
      holders
        .filter((_, at) => (options.mailboxes[at]!.tenant ?? tenant) === tenant)
        .flatMap((holder) => holder.keysFor(number)),
    randomAddress: () => holders[Math.floor(Math.random() * holders.length)]?.randomAddress(),
  };
  const clockListeners: ((aheadSeconds: number) => void)[] = [];
  const isTimeToSay = createPace(now);
  const streamed = options.streams && startStreamKeeper(options.streams, holders, environment);
  const parts: VerificationParts = {
    crypto,
    now,
    keys,
    chains: trust,
    replies: createReplySource(clients.retrievals),
    used: environment.stores.used,
    clear: clear?.retrieval,
    streamed,
    onEvent(event) {
      if (event.event === 'stale') for (const listener of clockListeners) listener(event.aheadSeconds);
      else if (event.event !== 'mailbox-too-small' || isTimeToSay()) logEvent(environment, event);
    },
  };
  const given: VerificationOptions = {
    numberMap,
    divertedMaximumAgeSeconds: options.divertedMaximumAgeSeconds,
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
    ...(options.freshnessSeconds === undefined ? {} : { freshnessSeconds: options.freshnessSeconds }),
    ...(options.addressesPerCall === undefined ? {} : { addressesPerCall: options.addressesPerCall }),
  };
  const renew = async (): Promise<boolean> => {
    const results = (await Promise.all(holders.map((holder) => holder.renew()))).flat();
    streamed?.refresh();
    const missed = results.filter(({ registered }) => !registered);
    for (const { origin } of missed)
      log.warn('not-registered', { role: 'verification', host: new URL(origin).hostname });
    return missed.length === 0;
  };
  timers.repeat(
    async () => ((await renew()) ? RENEW_MS : RETRY_MS),
    0,
    (error) => log.error('renew-failed', { role: 'verification', error }),
  );
  return {
    service: environment.meters.countVerification(createVerificationService(parts, given)),
    patientService: (waitMs) =>
      createVerificationService(parts, { ...given, deadlineMs: waitMs, streamWaitMs: waitMs }),
    keys,
    watchClocks: (listener) => void clockListeners.push(listener),
    renew,
    close: () => streamed?.close(),
  };
}

function startKeyHolder(
  options: Options['mailboxes'][number],
  environment: Environment,
  field: string,
): KeyHolder {
  const { files, crypto, seconds, clients, numberMap, live } = environment;
  const { mailboxKeyFile, numbers, cps, directories } = options;
  let identity = readIdentity(files, crypto, options, field);
  const load = (): void => {
    identity = readIdentity(files, crypto, options, field);
  };
  const paths = [files.path(options.chainFile), files.path(options.keyFile)];
  live.add({ role: 'verification', paths, load });
  const entries = numbers.map(parseTnEntry);
  const { spcs } = createNumberCover(entries);
  const { register } = createDirectoryClient(clients.directories);
  return createKeyHolder(
    {
      crypto,
      now: seconds,
      identity: () => identity,
      register,
      store:
        mailboxKeyFile === undefined
          ? createMemoryMailboxKeys()
          : createFileMailboxKeys(files.path(mailboxKeyFile)),
    },
    {
      entries,
      cps,
      directories,
      servesBySpc: (number) => {
        const owner = numberMap?.spcOf(number);
        return owner !== undefined && spcs.has(owner);
      },
      ...formOf(options),
    },
  );
}

function formOf({
  shards,
  replyBytes,
  pages,
  stake,
  only,
  keyLifetimeSeconds,
}: Options['mailboxes'][number]) {
  const given = { shards, replyBytes, pages, stake, only, keyLifetimeSeconds };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** True at most once a minute: what every reply may say need not be said at each. */
function createPace(now: () => number): () => boolean {
  let saidMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - saidMs < 60_000) return false;
    saidMs = now();
    return true;
  };
}

function logEvent({ log }: Environment, event: Exclude<VerificationEvent, { event: 'stale' }>): void {
  if (event.event === 'ambiguous') log.warn('ambiguous-call', { role: 'verification' });
  else if (event.event === 'mailbox-too-small')
    log.warn('mailbox-too-small', { role: 'verification', reason: event.reason });
  else log.error('verification-failed', { role: 'verification', error: event.error });
}
