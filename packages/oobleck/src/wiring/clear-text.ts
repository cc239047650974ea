// The neighbours of a process that keep PASSporTs in clear, and the operator's rules: whose calls they get to see, and
// about which they are asked. Each peer has connections of its own and the certificate under which it knows us.

import {
  createNumberCover,
  type NumberCover,
  parseTnEntry,
  type Spc,
  type TelephoneNumber,
} from '@oobleck/stir/number';
import type { ClearPlacement } from '../authentication/index.ts';
import { createAccessSigner } from '../cps/profiles/atis/index.ts';
import { type AtisClient, createAtisClient } from '../http/clients/index.ts';
import { createSafeClient, type SafeClient } from '../http/index.ts';
import { ConfigurationError } from '../operate/index.ts';
import type { ClearRetrieval } from '../verification/index.ts';
import type { Configuration } from './configuration.ts';
import type { ClearTextConfiguration, PeerConfiguration } from './configuration-clear-text.ts';
import { readIdentity } from './credential-files.ts';
import type { Environment } from './environment.ts';

export interface ClearText {
  /** @param isReady whether it is known which numbers are pinned to the sealed profile; before, nothing goes in clear */
  placement(isReady: () => boolean): ClearPlacement;
  readonly retrieval: ClearRetrieval;
  close(): Promise<void>;
}

export function startClearText(
  configuration: Configuration,
  environment: Environment,
): ClearText | undefined {
  const { clearText, client } = configuration;
  if (clearText === undefined) return undefined;
  const peers = new Map<string, AtisClient>();
  const clients: SafeClient[] = [];
  for (const [at, one] of clearText.peers.entries()) {
    const connection = createConnection(one, client, environment, `clearText.peers.${at}`);
    clients.push(connection);
    peers.set(one.name, createPeer(one, connection, environment, `clearText.peers.${at}`));
  }
  const named = (names: Iterable<string>): readonly AtisClient[] =>
    [...new Set(names)].flatMap((name) => peers.get(name) ?? []);
  const publish = readRules(clearText.publish ?? [], environment);
  const retrieve = readRules(clearText.retrieve ?? [], environment);
  return {
    placement: (isReady) => ({
      routeFor({ tenant, called, peers: added = [] }) {
        if (!isReady()) return undefined;
        const rules = publish.filter((rule) => rule.holdsFor(tenant, called));
        const found = named([...rules.flatMap((rule) => rule.peers), ...added]);
        return found.length === 0
          ? undefined
          : { peers: found, isInstead: rules.some((rule) => rule.isInstead) };
      },
    }),
    retrieval: {
      sourcesFor({ tenant, called, peers: added = [] }) {
        const rules = retrieve.filter((rule) => rule.holdsFor(tenant, called));
        return named([...rules.flatMap((rule) => rule.peers), ...added]);
      },
    },
    close: async () => {
      await Promise.all(clients.map((one) => one.close()));
    },
  };
}

interface ClearRule {
  readonly peers: readonly string[];
  readonly isInstead: boolean;
  holdsFor(tenant: string, called: TelephoneNumber): boolean;
}

function readRules(
  rules: NonNullable<ClearTextConfiguration['publish']>,
  { numberMap }: Environment,
): readonly ClearRule[] {
  return rules.map(({ tenant, numbers, peers, instead = false }) => {
    const cover = numbers && createNumberCover(numbers.map(parseTnEntry));
    const covers = (called: TelephoneNumber): boolean =>
      cover === undefined || cover.coversNumber(called) || isOwned(cover, numberMap?.spcOf(called));
    return {
      peers,
      isInstead: instead,
      holdsFor: (whose, called) => (tenant === undefined || tenant === whose) && covers(called),
    };
  });
}

function isOwned({ spcs }: NumberCover, owner: Spc | undefined): boolean {
  return owner !== undefined && spcs.has(owner);
}

function createConnection(
  { tls }: PeerConfiguration,
  outgoing: Configuration['client'],
  { files, roots }: Environment,
  field: string,
): SafeClient {
  const clientCertificate = tls && {
    certificate: files.text(tls.certificateFile, `${field}.tls.certificateFile`),
    key: files.text(tls.keyFile, `${field}.tls.keyFile`),
  };
  return createSafeClient({
    ...(roots === undefined ? {} : { ca: roots }),
    allowAddresses: outgoing?.allowAddresses ?? [],
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
  });
}

function createPeer(
  options: PeerConfiguration,
  connection: SafeClient,
  { files, crypto, seconds, live }: Environment,
  field: string,
): AtisClient {
  let identity = readIdentity(files, crypto, options, field);
  const load = (): void => {
    identity = readIdentity(files, crypto, options, field);
  };
  live.add({ role: 'cps', paths: [files.path(options.chainFile), files.path(options.keyFile)], load });
  const { profile, url, host, path, neighbour, lifetimeSeconds, certificateUrl } = options;
  const signer = createAccessSigner({
    crypto,
    now: seconds,
    identity: () => ({ key: identity.key, certificateUrl }),
  });
  return createAtisClient(connection, signer, {
    profile,
    url,
    spc: spcOf(options, identity.chain[0]!.numbers, field),
    ...(host === undefined ? {} : { host }),
    ...(path === undefined ? {} : { path }),
    ...(neighbour === undefined ? {} : { neighbour: neighbour as Spc }),
    ...(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
  });
}

/** That of the certificate; where it has several, the one that is configured. */
function spcOf({ spc }: PeerConfiguration, { spcs }: NumberCover, field: string): Spc {
  const [first] = spcs;
  if (spc === undefined && first !== undefined && spcs.size === 1) return first;
  if (spc !== undefined && spcs.has(spc as Spc)) return spc as Spc;
  throw new ConfigurationError([`${field}.spc: expected a provider code of the certificate`]);
}
