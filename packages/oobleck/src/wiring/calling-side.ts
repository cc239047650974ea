// The authentication service of a process, with what it needs off the path of a call: a mirror of the directories and
// a wallet of tokens.

import { createNumberCover, parseTnEntry } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import {
  type AuthenticationService,
  type ChainsAtHand,
  createAuthenticationService,
  type KeyFinder,
  type Tenant,
} from '../authentication/index.ts';
import { createDirectoryMirror, type DirectoryMirror } from '../directory/index.ts';
import { createDepositSender, createDirectoryClient, createTokenTransport } from '../http/clients/index.ts';
import { createWallet, type Wallet } from '../issuer/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import type { ClearText } from './clear-text.ts';
import type { Configuration } from './configuration.ts';
import { startCover } from './cover.ts';
import { type Identity, readIdentity } from './credential-files.ts';
import type { Environment } from './environment.ts';
import { openPurses } from './open-purses.ts';

export interface CallingSide {
  readonly service: AuthenticationService;
  /** Keys of called numbers, as the mirror has them. */
  readonly keys: KeyFinder;
  /** Chains of the tenants, and others that are in memory. */
  readonly chains: ChainsAtHand;
  /** Reads the directories now, and fills the wallet for CPSs it did not know. */
  refresh(): Promise<void>;
  /** Fills the wallet for every CPS it knows, until it holds enough or an issuer says no. */
  fillWallet(): Promise<void>;
  close(): Promise<void>;
}

type Options = NonNullable<Configuration['authentication']>;
type TenantOptions = Options['tenants'][number];

const RETRY_MS = 1_000;

export function startCallingSide(options: Options, environment: Environment, clear?: ClearText): CallingSide {
  const { crypto, now, clients, timers, log, meters } = environment;
  const tenants = new Map(
    options.tenants.map((one, at) => [
      one.name,
      readTenant(one, environment, `authentication.tenants.${at}`),
    ]),
  );
  for (const [at, one] of options.tenants.entries()) watchTenant(one, environment, at, tenants);
  const mirror = startMirror(options, environment);
  const wallet = startWallet(options, environment, tenants, mirror);
  let isMirrored = options.directories.length === 0;
  const purse = meters.countPurse(wallet);
  const sender = meters.countSender(createDepositSender(clients.deposits));
  const service = meters.countAuthentication(
    createAuthenticationService(
      {
        crypto,
        now,
        tenants: { tenant: (name) => tenants.get(name)?.tenant },
        keys: mirror,
        purse,
        sender,
        clear: clear?.placement(() => isMirrored),
        chains: environment.trust,
        schedule: (action, delayMs) => void timers.deadline(action, delayMs),
      },
      {
        ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
        ...(options.lifetimeSeconds === undefined ? {} : { lifetimeSeconds: options.lifetimeSeconds }),
        ...(options.tokensPerCall === undefined ? {} : { tokensPerCall: options.tokensPerCall }),
      },
    ),
  );

  let mirroredAtMs = now();
  const gauge = (name: string, help: string, read: () => number): void =>
    meters.meter.gauge({ name, help }, read);
  gauge('mirror_age_seconds', 'Since every directory was last reached', () => (now() - mirroredAtMs) / 1000);
  gauge('mirror_cps', 'CPSs that credentials of the mirror name', () => mirror.knownCps().length);
  gauge('wallet_tokens', 'Tokens at hand for today, of all CPSs', wallet.level);
  const refresh = async (): Promise<boolean> => {
    const results = await mirror.refresh();
    const opened = openPurses(wallet, mirror.knownCps(), (error) =>
      log.warn('cps-unusable', { role: 'issuer', error }),
    );
    await Promise.all(opened.map((cpsAuthority) => fillOne(wallet, cpsAuthority)));
    for (const { refused } of results)
      if (refused > 0) log.warn('credentials-refused', { role: 'directory', count: refused });
    const isWhole = results.every(({ reached }) => reached);
    if (isWhole) mirroredAtMs = now();
    isMirrored ||= isWhole;
    return isWhole && mirror.knownCps().length > 0;
  };
  const intervalMs = (options.mirrorIntervalSeconds ?? 60) * 1000;
  timers.repeat(
    async () => ((await refresh()) ? intervalMs * (0.5 + Math.random()) : Math.min(RETRY_MS, intervalMs)),
    0,
    (error) => log.error('refresh-failed', { role: 'authentication', error }),
  );
  wallet.start();
  const cover =
    options.cover && startCover(options.cover, options, environment, { mirror, wallet, purse, sender });
  return {
    service,
    keys: mirror,
    chains: {
      chainAtHand(url) {
        const own = options.tenants.find(({ certificateUrl }) => certificateUrl === url);
        return own === undefined ? environment.trust.chainAtHand(url) : tenants.get(own.name)?.tenant.chain;
      },
    },
    refresh: async () => void (await refresh()),
    fillWallet: async () => {
      await Promise.all(mirror.knownCps().map((cps) => fillOne(wallet, new URL(cps).host)));
    },
    async close() {
      cover?.close();
      wallet.close();
      await service.close();
    },
  };
}

function startMirror(
  options: Options,
  { crypto, seconds, anchors, isRevoked, numberMap, clients }: Environment,
): DirectoryMirror {
  const { fetchChanges } = createDirectoryClient(clients.directories);
  return createDirectoryMirror(
    { crypto, now: seconds, anchors, isRevoked, numberMap, fetchChanges },
    { directories: options.directories },
  );
}

interface ReadTenant {
  readonly tenant: Tenant;
  readonly identity: Identity;
}

function startWallet(
  options: Options,
  { crypto, seconds, clients, timers, log }: Environment,
  tenants: ReadonlyMap<string, ReadTenant>,
  mirror: DirectoryMirror,
): Wallet {
  const name = options.wallet?.tenant ?? options.tenants[0]!.name;
  if (!tenants.has(name))
    throw new ConfigurationError(['authentication.wallet.tenant: expected the name of a tenant']);
  const { targetTokens, tokenMinimumAgeSeconds, fillIntervalSeconds } = options.wallet ?? {};
  return createWallet(
    {
      crypto,
      now: seconds,
      transport: createTokenTransport(clients.issuance),
      credential: () => tenants.get(name)!.identity,
      issuersInMirror: (authority) => mirror.issuersOf(`https://${authority}`),
      schedule: timers.schedule,
      report: ({ outcome, tokens }) =>
        log.debug('wallet-filling', { role: 'issuer', reason: outcome, count: tokens }),
    },
    {
      cpsAuthorities: [],
      ...(targetTokens === undefined ? {} : { targetTokens }),
      ...(tokenMinimumAgeSeconds === undefined ? {} : { tokenMinimumAgeSeconds }),
      ...(fillIntervalSeconds === undefined ? {} : { fillIntervalSeconds }),
    },
  );
}

/** Before the first call and off its path: there is nothing yet that the moment could tell. */
async function fillOne(wallet: Wallet, cpsAuthority: string): Promise<void> {
  for (let filled = true; filled; ) filled = (await wallet.fill(cpsAuthority)).outcome === 'filled';
}

/** A renewed certificate is taken with its key, or not at all. */
function watchTenant(
  options: TenantOptions,
  environment: Environment,
  at: number,
  tenants: Map<string, ReadTenant>,
): void {
  const { files, live } = environment;
  const field = `authentication.tenants.${at}`;
  live.add({
    role: 'authentication',
    paths: [files.path(options.chainFile), files.path(options.keyFile)],
    load: () => void tenants.set(options.name, readTenant(options, environment, field)),
  });
}

function readTenant(
  options: TenantOptions,
  { files, crypto, numberMap }: Environment,
  field: string,
): ReadTenant {
  const identity = readIdentity(files, crypto, options, field);
  const { allowedNumbers } = options;
  const tenant: Tenant = {
    name: options.name,
    signer: createPassportSigner(identity.key, options.certificateUrl),
    certificate: identity.chain[0]!,
    chain: identity.chain.map(({ der }) => der),
    highestAttestation: options.highestAttestation ?? 'A',
    numberMap,
    allowedNumbers: Array.isArray(allowedNumbers)
      ? createNumberCover(allowedNumbers.map(parseTnEntry))
      : allowedNumbers,
    allowedPriorities: options.allowedPriorities && new Set(options.allowedPriorities),
  };
  return { tenant, identity };
}
