// What the schema of a configuration cannot say: fields that contradict each other, or that could only fail later, in the
// middle of a call. Everything found is a fault that names its field.

import { StirError } from '@oobleck/stir';
import { isShardCount, NUMBERS_PER_SHARD } from '@oobleck/stir/mailbox';
import { countNumbers, parseTnEntry, type TnEntry } from '@oobleck/stir/number';
import { ConfigurationError } from '../operate/index.ts';
import { atisFaults, clearTextFaults, trunkPeerFaults } from './clear-text-faults.ts';
import type { Configuration } from './configuration.ts';
import { parseStoreAddress } from './configuration-store.ts';
import { restFaults } from './rest-faults.ts';
import { sipFaults } from './sip-faults.ts';

/** @throws ConfigurationError with every fault there is */
export function requireConsistency(configuration: Configuration): void {
  const faults = [
    ...somethingToRun(configuration),
    ...certificateFaults(configuration),
    ...tenantFaults(configuration),
    ...mailboxFaults(configuration),
    ...mailboxTenantFaults(configuration),
    ...atisFaults(configuration),
    ...clearTextFaults(configuration),
    ...trunkPeerFaults(configuration),
    ...storeFaults(configuration),
    ...workerFaults(configuration),
    ...trunkFaults(configuration),
    ...callCentreFaults(configuration),
    ...sipFaults(configuration),
    ...restFaults(configuration),
  ];
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/** Agents hear of PASSporTs that come while a call rings only where streams bring them. */
function callCentreFaults({ callcentre, rest, verification }: Configuration): readonly string[] {
  if (callcentre === undefined) return [];
  return [
    ...(rest === undefined ? ['callcentre: expected rest beside it, which it is served with'] : []),
    ...(verification?.streams === undefined
      ? ['callcentre: expected verification.streams, which bring the PASSporTs of calls']
      : []),
  ];
}

function somethingToRun(one: Configuration): readonly string[] {
  const roles = [
    one.atis,
    one.cps,
    one.issuer,
    one.directory,
    one.certificates,
    one.authentication,
    one.verification,
  ];
  return roles.every((role) => role === undefined) ? ['nothing to run: expected at least one role'] : [];
}

const RESERVED =
  /^\/(credentials|mailboxes|retractions|prefixes|token-request|passports|republish|health|\.well-known)(\/|$)/;

function certificateFaults({ certificates = [] }: Configuration): readonly string[] {
  const paths = certificates.map(({ path }) => path);
  return paths.flatMap((path, at) => {
    if (RESERVED.test(path)) return [`certificates.${at}.path: expected a path that no role uses`];
    return paths.indexOf(path) < at ? [`certificates.${at}.path: expected a path that stands once`] : [];
  });
}

function tenantFaults({ authentication }: Configuration): readonly string[] {
  const tenants = authentication?.tenants ?? [];
  const names = tenants.map(({ name }) => name);
  return tenants.flatMap(({ name, allowedNumbers }, at) => {
    const field = `authentication.tenants.${at}`;
    const again = names.indexOf(name) < at ? [`${field}.name: expected a name that stands once`] : [];
    const numbers = Array.isArray(allowedNumbers) ? allowedNumbers : [];
    return [...again, ...readEntries(numbers, `${field}.allowedNumbers`).faults];
  });
}

function mailboxFaults({ verification }: Configuration): readonly string[] {
  const mailboxes = verification?.mailboxes ?? [];
  const files = mailboxes.map(({ mailboxKeyFile }) => mailboxKeyFile);
  return mailboxes.flatMap(({ numbers, shards = 1, mailboxKeyFile }, at) => {
    const field = `verification.mailboxes.${at}`;
    const { entries, faults } = readEntries(numbers, `${field}.numbers`);
    const isShared = mailboxKeyFile !== undefined && files.indexOf(mailboxKeyFile) < at;
    return [
      ...faults,
      ...shardFaults(entries, shards).map((fault) => `${field}.shards: ${fault}`),
      ...(isShared ? [`${field}.mailboxKeyFile: expected a file of its own`] : []),
    ];
  });
}

function shardFaults(entries: readonly TnEntry[], shards: number): readonly string[] {
  if (!isShardCount(shards)) return ['expected a power of two up to 65536'];
  const isCounted = shards > 1 && entries.every(({ kind }) => kind !== 'spc');
  const isTooMany = isCounted && countNumbers(entries) < shards * NUMBERS_PER_SHARD;
  return isTooMany ? [`expected at least ${NUMBERS_PER_SHARD} numbers for each`] : [];
}

/**
 * Who calls a customer is no business of another tenant's: with several of them, each mailbox says whose it is. Where
 * calls are signed, a name that is no tenant's is a fault of its own.
 */
function mailboxTenantFaults(configuration: Configuration): readonly string[] {
  const { rest, sip, trunks = [], verification, authentication } = configuration;
  const bound = [...(rest?.bearerKeys ?? []), ...(rest?.clientCertificates ?? [])];
  const askers = [...bound, ...(sip === undefined ? [] : trunks)].map((one) => one.tenant);
  const tenants = new Set(authentication?.tenants.map(({ name }) => name) ?? askers);
  if ((rest === undefined && sip === undefined) || tenants.size < 2) return [];
  return (verification?.mailboxes ?? []).flatMap(({ tenant }, at) =>
    tenant === undefined
      ? [`verification.mailboxes.${at}.tenant: expected, since several tenants may ask`]
      : [],
  );
}

function storeFaults({ store = 'memory:' }: Configuration): readonly string[] {
  try {
    parseStoreAddress(store);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

/**
 * Workers share what they keep, or each would spend a token of its own. Calls are answered by one process: a wallet, the
 * memory of a call's answer and the mailbox keys are its own.
 */
function workerFaults({ workers = 1, store, listen, ...roles }: Configuration): readonly string[] {
  if (workers === 1) return [];
  const isShared = store !== undefined && store !== 'memory:';
  const sides = [roles.authentication, roles.verification, roles.rest];
  const isListening = listen !== undefined || roles.atis?.listen !== undefined;
  return [
    ...(isShared ? [] : ['store: expected lmdb: or redis:, since there are several workers']),
    ...(sides.some((one) => one !== undefined)
      ? ['workers: expected 1, since authentication, verification or rest is there']
      : []),
    ...(!isListening ? ['workers: expected 1, since nothing listens'] : []),
  ];
}

/** Where calls are signed, a trunk is of a tenant that can. */
function trunkFaults({ trunks = [], authentication }: Configuration): readonly string[] {
  const tenants = authentication?.tenants.map(({ name }) => name);
  const names = trunks.map(({ name }) => name);
  return trunks.flatMap(({ name, tenant }, at) => [
    ...(names.indexOf(name) < at ? [`trunks.${at}.name: expected a name that stands once`] : []),
    ...(tenants?.includes(tenant) === false ? [`trunks.${at}.tenant: expected the name of a tenant`] : []),
  ]);
}

function readEntries(texts: readonly string[], field: string) {
  const entries: TnEntry[] = [];
  const faults: string[] = [];
  for (const [at, text] of texts.entries()) {
    try {
      entries.push(parseTnEntry(text));
    } catch (error) {
      if (!(error instanceof StirError)) throw error;
      faults.push(`${field}.${at}: ${error.message}`);
    }
  }
  return { entries, faults };
}
