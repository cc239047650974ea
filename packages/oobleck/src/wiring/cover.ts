// Cover traffic of a process, where it is configured.

import { type Cover, createCover, type DepositSender, type TokenPurse } from '../authentication/index.ts';
import type { DirectoryMirror } from '../directory/index.ts';
import type { Wallet } from '../issuer/index.ts';
import type { Configuration } from './configuration.ts';
import type { CoverConfiguration } from './configuration-cover.ts';
import type { Environment } from './environment.ts';

export interface CoverSources {
  readonly mirror: DirectoryMirror;
  readonly wallet: Wallet;
  readonly purse: TokenPurse;
  readonly sender: DepositSender;
}

export function startCover(
  { perHour, reservedTokens, retract }: CoverConfiguration,
  calls: NonNullable<Configuration['authentication']>,
  { crypto, now, timers, log }: Environment,
  { mirror, wallet, purse, sender }: CoverSources,
): Cover {
  const { lifetimeSeconds, tokensPerCall, deadlineMs } = calls;
  const cover = createCover(
    {
      crypto,
      now,
      keys: mirror,
      credentials: mirror.credentials,
      purse,
      sender,
      tokens: wallet.level,
      schedule: timers.schedule,
      report: (outcome) => log.debug('cover', { role: 'authentication', reason: outcome }),
    },
    {
      perHour,
      ...(reservedTokens === undefined ? {} : { reservedTokens }),
      ...(retract === undefined ? {} : { isRetracted: retract }),
      ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
      ...(tokensPerCall === undefined ? {} : { tokensPerCall }),
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    },
  );
  cover.start();
  return cover;
}
