// What anybody may reach: CPS, token issuer, key directory and the certificate chains of this operator, on one HTTPS
// port.

import { encodeBase64url } from '@oobleck/stir/bytes';
import { formatPem, parsePem } from '@oobleck/stir/certificate';
import { encodeTokenChallenge, formatPrivateTokenChallenge, storageChallenge } from '@oobleck/stir/token';
import { type CpsFace, createCpsFace, type StreamFace } from '../cps/face/index.ts';
import { createCallPlacementService } from '../cps/index.ts';
import { generateTokenKey } from '../crypto/index.ts';
import { addDirectoryRoutes } from '../directory/face/index.ts';
import {
  createKeyDirectory,
  type IssuerAdvertisement,
  type KeyDirectory,
  type KeyDirectoryOptions,
} from '../directory/index.ts';
import {
  addCertificateRoutes,
  createFastifyApp,
  type HotRoutes,
  type HttpServer,
  type ServedChain,
} from '../http/index.ts';
import { addIssuerRoutes } from '../issuer/face/index.ts';
import { createIssuer, createTokenVerifier, type Issuer } from '../issuer/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import { createFileIssuerKeys } from '../store/file/issuer-keys.ts';
import type { Configuration } from './configuration.ts';
import type { Environment } from './environment.ts';
import { createKnownIssuers, type KnownIssuers } from './known-issuers.ts';
import { countSpends, isFull } from './metered-store.ts';
import { startPublicListener } from './public-listener.ts';
import { startStreams } from './streams.ts';

export interface PublicServices {
  /** `https://host:port`. */
  readonly origin: string;
  close(): Promise<void>;
}

const FOLLOW_MS = 100;
const ISSUER_REFRESH_MS = 300_000;
const ISSUER_RETRY_MS = 1_000;

/**
 * `undefined` where there is none of them.
 * @param hot routes of a further service on the same port
 */
export async function startPublicServices(
  configuration: Configuration,
  environment: Environment,
  hot?: HotRoutes,
): Promise<PublicServices | undefined> {
  const { cps, issuer: issuerOptions, directory: directoryOptions, listen } = configuration;
  const roles = [cps, issuerOptions, directoryOptions, hot];
  if (roles.every((role) => role === undefined)) return undefined;
  if (listen === undefined)
    throw new ConfigurationError(['listen: expected, since cps, issuer or directory is there']);
  const issuer = issuerOptions && startIssuer(issuerOptions, environment);
  const advertised = [...(directoryOptions?.cps ?? []), ...(cps === undefined ? [] : [cps])];
  const names = advertised.flatMap(({ issuers }) => issuers);
  const known = createKnownIssuers(names, environment.clients.lookups, issuer, environment.seconds);
  await known.refresh();

  const directory = startDirectory(environment, () => advertised.map((one) => advertise(one, known)), {
    isCpsOnly: directoryOptions === undefined,
    ...(cps === undefined ? {} : { cps: cps.origin }),
  });
  await directory.open();
  const face = cps && startCps(cps, environment, directory, known);
  repeatRefresh(environment, known, face);
  const chains = readChains(configuration.certificates ?? [], environment);
  const isMirrored = directoryOptions !== undefined;
  const server = await listenFor({ ...configuration, listen }, environment, {
    issuer,
    directory,
    face,
    isMirrored,
    chains,
    hot,
  });
  const close = (): Promise<void> => {
    face?.endStreams();
    return server.close();
  };
  return { origin: server.origin, close };
}

function startIssuer(options: NonNullable<Configuration['issuer']>, environment: Environment): Issuer {
  const { crypto, seconds, anchors, isRevoked, files, stores } = environment;
  const { keyFolder, name, tokensPerDay } = options;
  return environment.meters.countIssuer(
    createIssuer(
      {
        crypto,
        now: seconds,
        anchors,
        isRevoked,
        generateKey: generateTokenKey,
        quota: stores.issuerQuota,
        keys: keyFolder === undefined ? stores.issuerKeys : createFileIssuerKeys(files.path(keyFolder)),
      },
      { name, ...(tokensPerDay === undefined ? {} : { tokensPerDay }) },
    ),
  );
}

function startDirectory(
  environment: Environment,
  issuers: () => readonly IssuerAdvertisement[],
  opening: KeyDirectoryOptions,
): KeyDirectory {
  const { crypto, seconds, anchors, isRevoked, numberMap, timers, log, stores } = environment;
  const directory = createKeyDirectory(
    {
      crypto,
      now: seconds,
      anchors,
      isRevoked,
      numberMap,
      store: stores.credentials,
      issuers,
    },
    opening,
  );
  const sweep = async (): Promise<number> => {
    await directory.sweep();
    return 60_000;
  };
  timers.repeat(sweep, 60_000, (error) => log.error('sweep-failed', { role: 'directory', error }));
  const follow = (): number => {
    directory.follow();
    return FOLLOW_MS;
  };
  timers.repeat(follow, FOLLOW_MS, (error) => log.error('follow-failed', { role: 'directory', error }));
  return directory;
}

interface RunningCps {
  readonly face: CpsFace;
  readonly routes: StreamFace['handle'];
  endStreams(): void;
  takeIssuers(): void;
}

function startCps(
  { origin, issuers, beatMs, batchDeposits, streams: streamOptions }: NonNullable<Configuration['cps']>,
  environment: Environment,
  mailboxes: KeyDirectory,
  known: KnownIssuers,
): RunningCps {
  const { crypto, now, seconds, meters, stores } = environment;
  const { mailboxes: store } = stores;
  stores.prepare?.();
  const spent = countSpends(meters.meter, stores.spent);
  const cpsAuthority = new URL(origin).host;
  const tokens = createTokenVerifier({ crypto, now: seconds }, { cpsAuthority, issuers: known.of(issuers) });
  const service = meters.countPlacement(
    createCallPlacementService({ crypto, now, mailboxes, store, tokens, spent }),
  );
  const { measured, workBeats } = stores;
  const hot = createCpsFace(service, {
    challenge: challengeOf(issuers[0]!, cpsAuthority),
    ...(beatMs === undefined ? {} : { beatMs }),
    workBeats,
    ...(measured === undefined ? {} : { isFull: () => isFull(measured.deposits, measured.spent) }),
    ...(batchDeposits === undefined ? {} : { batchDeposits }),
  });
  const streams = startStreams(streamOptions ?? {}, environment, { origin, mailboxes, store });
  return {
    face: hot,
    routes: streams.handle,
    endStreams: streams.close,
    takeIssuers: () => tokens.replaceIssuers(known.of(issuers)),
  };
}

/** Clients compute the challenge themselves; the field tells a person, or a generic client, what is missing. */
function challengeOf(issuer: string, cpsAuthority: string): string {
  const challenge = encodeTokenChallenge(storageChallenge(issuer, cpsAuthority));
  return formatPrivateTokenChallenge({ challenge });
}

/** Keys change at midnight and are published a day ahead; a few minutes are soon enough. */
function repeatRefresh({ timers, log }: Environment, known: KnownIssuers, cps: RunningCps | undefined): void {
  const refresh = async (): Promise<number> => {
    const isComplete = await known.refresh();
    cps?.takeIssuers();
    return isComplete ? ISSUER_REFRESH_MS : ISSUER_RETRY_MS;
  };
  timers.repeat(refresh, ISSUER_RETRY_MS, (error) => log.error('refresh-failed', { role: 'issuer', error }));
}

function advertise(
  { origin, issuers }: { readonly origin: string; readonly issuers: readonly string[] },
  known: KnownIssuers,
): IssuerAdvertisement {
  const advertised = known.of(issuers).map(({ name, keys }) => ({
    name,
    keys: keys.map(({ spki }) => encodeBase64url(spki)),
  }));
  return { cps: origin, issuers: advertised };
}

/** A chain that does not parse is a fault of the configuration, not something to serve. */
function readChains(
  certificates: NonNullable<Configuration['certificates']>,
  { files, live }: Environment,
): readonly ServedChain[] {
  return certificates.map(({ path, chainFile }, at) => {
    const read = () =>
      files.read(chainFile, `certificates.${at}.chainFile`, (text) => formatPem(parsePem(text)));
    const served = { path, pem: read() };
    const load = (): void => {
      served.pem = read();
    };
    live.add({ role: 'certificates', paths: [files.path(chainFile)], load });
    return served;
  });
}

async function listenFor(
  configuration: Configuration & { readonly listen: NonNullable<Configuration['listen']> },
  environment: Environment,
  roles: {
    readonly issuer: Issuer | undefined;
    readonly directory: KeyDirectory;
    readonly face: RunningCps | undefined;
    readonly isMirrored: boolean;
    readonly chains: readonly ServedChain[];
    readonly hot: HotRoutes | undefined;
  },
): Promise<HttpServer> {
  const app = createFastifyApp({ log: environment.log });
  if (roles.issuer !== undefined) addIssuerRoutes(app, roles.issuer);
  if (roles.isMirrored || roles.face !== undefined)
    addDirectoryRoutes(app, roles.directory, { isMirrored: roles.isMirrored });
  addCertificateRoutes(app, roles.chains);
  await app.ready();
  return startPublicListener(configuration.listen, environment, {
    hot: inTurn([roles.face?.face, roles.hot]),
    ...(roles.face === undefined ? {} : { routes: roles.face.routes }),
    fallback: app.handle,
  });
}

function inTurn(routes: readonly (HotRoutes | undefined)[]): HotRoutes {
  const present = routes.filter((one) => one !== undefined);
  return (exchange) => present.some((one) => one(exchange));
}
