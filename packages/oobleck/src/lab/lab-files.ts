// A laboratory on disk: an STI authority, two carriers with their certificates, and the configurations of their
// processes, ready for `oobleck serve`. Each carrier has one process that anybody may reach (CPS, issuer, directory,
// certificates) and one beside its switch (authentication, verification, REST). Everything is on loopback.

import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTnEntry } from '@oobleck/stir/number';
import type { Configuration } from '../wiring/index.ts';
import { findFreePorts } from './free-ports.ts';
import { createLabAuthority, createTlsAuthority, type LabAuthority, type LabLeaf } from './pki.ts';

/** Alpha, the calling carrier: its numbers are proven by the number map. */
export const ALPHA_NUMBERS = '1-12025550000-5000';
/** Bravo, the called carrier: 256,000 numbers in one certificate. */
export const BRAVO_NUMBERS = '1-12155000000-256000';
/** Two numbers of Bravo's with a certificate of their own, as a call centre has it. */
export const CALL_CENTRE_NUMBERS = ['2-17035550100', '2-17035550101'];
/** A number with a certificate of its own, as a handset has it. */
export const HANDSET_NUMBER = '2-13035550123';
/** Whoever holds this certificate has a right to these numbers and to no others. */
export const STRANGER_NUMBERS = '1-14045550000-100';

export interface Lab {
  readonly folder: string;
  readonly alpha: LabCarrier;
  readonly bravo: LabCarrier;
  /** A port that certificates may be fetched from, of a host that is not listed. */
  readonly unlistedPort: number;
  /** PEM root of TLS. */
  readonly tlsCa: string;
  readonly authority: LabAuthority;
}

export interface LabCarrier {
  readonly name: string;
  /** Of the process that anybody may reach. */
  readonly origin: string;
  readonly restPort: number;
  readonly services: Configuration;
  readonly calls: Configuration;
  readonly servicesFile: string;
  readonly callsFile: string;
}

const DAY_MS = 86_400_000;

/** Writes the lab into `folder`, which is made where it is missing. Tokens may be spent at once here, and only here. */
export async function writeLab(folder: string, nowMs: number): Promise<Lab> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = await createLabAuthority({ nowMs });
  const tls = await createTlsAuthority({ nowMs });
  const server = await tls.issueServer();
  const write = (name: string, content: string): void =>
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  write('anchors.pem', authority.rootPem);
  write('tls-ca.pem', tls.ca);
  write('tls.pem', server.certificate);
  write('tls.key', server.key);
  write('numbers.csv', 'start,count,spc\n12025550000,5000,1234\n12155000000,256000,5678\n');
  for (const leaf of LEAVES) writeLeaf(write, leaf.name, await issue(authority, leaf, nowMs));
  const [alphaPort, alphaRest, bravoPort, bravoRest, unlistedPort] = await findFreePorts(5);
  const origins = [`https://127.0.0.1:${alphaPort}`, `https://127.0.0.1:${bravoPort}`];
  const carrier = (plan: CarrierPlan): LabCarrier => {
    const services = servicesOf(plan, origins, unlistedPort!);
    const calls = callsOf(plan, origins, unlistedPort!);
    write(`${plan.name}-services.json`, `${JSON.stringify(services, null, 2)}\n`);
    write(`${plan.name}-calls.json`, `${JSON.stringify(calls, null, 2)}\n`);
    const fileOf = (part: string): string => join(folder, `${plan.name}-${part}.json`);
    const { name, origin, restPort } = plan;
    return {
      name,
      origin,
      restPort,
      services,
      calls,
      servicesFile: fileOf('services'),
      callsFile: fileOf('calls'),
    };
  };
  const alpha = carrier({
    name: 'alpha',
    origin: origins[0]!,
    port: alphaPort!,
    restPort: alphaRest!,
    mailboxes: [{ leaf: 'alpha', numbers: [ALPHA_NUMBERS] }],
  });
  const bravo = carrier({
    name: 'bravo',
    origin: origins[1]!,
    port: bravoPort!,
    restPort: bravoRest!,
    mailboxes: [
      { leaf: 'bravo-range', numbers: [BRAVO_NUMBERS], shards: 256 },
      { leaf: 'call-centre', numbers: CALL_CENTRE_NUMBERS, pages: 2 },
    ],
  });
  return { folder, alpha, bravo, unlistedPort: unlistedPort!, tlsCa: tls.ca, authority };
}

interface LeafPlan {
  readonly name: string;
  readonly commonName: string;
  readonly entries: readonly string[];
}

const LEAVES: readonly LeafPlan[] = [
  { name: 'alpha', commonName: 'SHAKEN 1234', entries: ['0-1234'] },
  { name: 'bravo', commonName: 'SHAKEN 5678', entries: ['0-5678'] },
  { name: 'bravo-range', commonName: 'SHAKEN 5678', entries: [BRAVO_NUMBERS] },
  { name: 'call-centre', commonName: 'Call centre', entries: CALL_CENTRE_NUMBERS },
  { name: 'handset', commonName: 'Handset', entries: [HANDSET_NUMBER] },
  { name: 'stranger', commonName: 'Stranger', entries: [STRANGER_NUMBERS] },
];

function issue(authority: LabAuthority, { commonName, entries }: LeafPlan, nowMs: number): Promise<LabLeaf> {
  return authority.issueLeaf({
    entries: entries.map(parseTnEntry),
    commonName,
    organization: 'Oobleck Lab',
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + 30 * DAY_MS),
  });
}

function writeLeaf(write: (name: string, content: string) => void, name: string, leaf: LabLeaf): void {
  const key = createPrivateKey({ key: Buffer.from(leaf.privateKeyPkcs8), format: 'der', type: 'pkcs8' });
  write(`${name}.pem`, leaf.pem);
  write(`${name}.key`, key.export({ format: 'pem', type: 'pkcs8' }) as string);
}

interface CarrierPlan {
  readonly name: string;
  readonly origin: string;
  readonly port: number;
  readonly restPort: number;
  readonly mailboxes: readonly {
    readonly leaf: string;
    readonly numbers: readonly string[];
    readonly shards?: number;
    readonly pages?: number;
  }[];
}

function sharedOf(origins: readonly string[], unlistedPort: number) {
  return {
    log: { level: 'warn' as const },
    trust: {
      anchorsFile: 'anchors.pem',
      numberMapFile: 'numbers.csv',
      repositories: [...origins],
      x5uPorts: [...origins.map((origin) => Number(new URL(origin).port)), unlistedPort],
    },
    client: { caFile: 'tls-ca.pem', allowAddresses: ['127.0.0.0/8'] },
  };
}

function servicesOf(
  { name, origin, port }: CarrierPlan,
  origins: readonly string[],
  unlistedPort: number,
): Configuration {
  const { host } = new URL(origin);
  return {
    ...sharedOf(origins, unlistedPort),
    listen: { host: '127.0.0.1', port, tls: { certificateFile: 'tls.pem', keyFile: 'tls.key' } },
    cps: { origin, issuers: [host] },
    issuer: { name: host },
    directory: {},
    certificates: [{ path: `/certificates/${name}.pem`, chainFile: `${name}.pem` }],
  };
}

function callsOf(
  { name, origin, restPort, mailboxes }: CarrierPlan,
  origins: readonly string[],
  unlistedPort: number,
): Configuration {
  return {
    ...sharedOf(origins, unlistedPort),
    authentication: {
      tenants: [
        {
          name,
          certificateUrl: `${origin}/certificates/${name}.pem`,
          chainFile: `${name}.pem`,
          keyFile: `${name}.key`,
        },
      ],
      directories: [...origins],
      mirrorIntervalSeconds: 5,
      wallet: { tenant: name, tokenMinimumAgeSeconds: 0, targetTokens: 128, fillIntervalSeconds: 2 },
    },
    verification: {
      mailboxes: mailboxes.map(({ leaf, ...form }) => ({
        chainFile: `${leaf}.pem`,
        keyFile: `${leaf}.key`,
        cps: [origin],
        directories: [origin],
        mailboxKeyFile: `${leaf}-mailbox-keys.json`,
        ...form,
        numbers: [...form.numbers],
      })),
    },
    rest: { port: restPort },
  };
}
