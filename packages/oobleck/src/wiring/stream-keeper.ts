// The streams that a verification service keeps in a process.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { createReplySource, createStreamSource } from '../http/clients/index.ts';
import { createStreamKeeper, type KeyHolder, type OwnKey, type StreamKeeper } from '../verification/index.ts';
import type { KeptStreamsConfiguration } from './configuration-streams.ts';
import type { Environment } from './environment.ts';

export function startStreamKeeper(
  { cells, cadenceMs, rememberedEnvelopes }: KeptStreamsConfiguration,
  holders: readonly KeyHolder[],
  { crypto, now, clients, timers }: Environment,
): StreamKeeper {
  const holderOf = ({ mailboxId }: OwnKey): KeyHolder => {
    const name = encodeBase64url(mailboxId);
    const holds = (holder: KeyHolder) =>
      holder.published().some((key) => encodeBase64url(key.mailboxId) === name);
    return holders.find(holds) ?? holders[0]!;
  };
  return createStreamKeeper(
    {
      crypto,
      now,
      source: createStreamSource(clients.streams),
      replies: createReplySource(clients.streams),
      schedule: timers.schedule,
      random: Math.random,
      keys: () => holders.flatMap((holder) => holder.published()),
      streamRequest: (key, audience) => holderOf(key).streamRequest(key, audience),
    },
    {
      ...(cells === undefined ? {} : { cells }),
      ...(cadenceMs === undefined ? {} : { cadenceMs }),
      ...(rememberedEnvelopes === undefined ? {} : { rememberedEnvelopes }),
    },
  );
}
