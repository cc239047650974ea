// Somebody who leaves things at a CPS on its own account: it holds a certificate and draws tokens like anybody, but
// seals whatever it likes. The lab's strangers and gateways are made of this.

import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from '@oobleck/stir/certificate';
import { parseCertificate, parsePem } from '@oobleck/stir/certificate';
import type { SigningKey } from '@oobleck/stir/crypto';
import { DEFAULT_LIFETIME } from '@oobleck/stir/mailbox';
import type { TelephoneNumber } from '@oobleck/stir/number';
import { type Deposit, sealDeposits } from '@oobleck/stir/placement';
import { createPassportSealer, type Envelope } from '@oobleck/stir/seal';
import type { DepositAnswer } from '../authentication/index.ts';
import { createNodeCrypto } from '../crypto/index.ts';
import { createDirectoryMirror } from '../directory/index.ts';
import { createDepositSender, createDirectoryClient, createTokenTransport } from '../http/clients/index.ts';
import { createSafeClient } from '../http/index.ts';
import { createWallet } from '../issuer/index.ts';
import type { Lab } from './lab-files.ts';

export interface Depositor {
  readonly key: SigningKey;
  readonly chain: readonly Certificate[];
  /** Reads the directories and draws tokens. */
  refresh(): Promise<void>;
  /** Seals an envelope for a number, as an authentication service does. */
  seal(envelope: Envelope, called: TelephoneNumber): Deposit;
  /** Leaves it at its first CPS with a token of its own. */
  send(deposit: Deposit): Promise<DepositAnswer>;
  close(): Promise<void>;
}

const DEADLINE_MS = 2_000;

/** @param leaf name of the certificate in the lab's folder */
export function createDepositor({ folder, tlsCa, alpha, bravo, authority }: Lab, leaf: string): Depositor {
  const crypto = createNodeCrypto();
  const seconds = (): number => Math.floor(Date.now() / 1000);
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const chain = parsePem(read(`${leaf}.pem`)).map(parseCertificate);
  const pkcs8 = createPrivateKey(read(`${leaf}.key`)).export({ format: 'der', type: 'pkcs8' });
  const key = crypto.importSigningKey(new Uint8Array(pkcs8));
  const client = createSafeClient({ ca: [tlsCa], allowAddresses: ['127.0.0.0/8'] });
  const anchors = [parseCertificate(authority.root)];
  const { fetchChanges } = createDirectoryClient(client);
  const mirror = createDirectoryMirror(
    { crypto, now: seconds, anchors: () => anchors, fetchChanges },
    { directories: [alpha.origin, bravo.origin] },
  );
  const wallet = createWallet(
    {
      crypto,
      now: seconds,
      transport: createTokenTransport(client),
      credential: () => ({ key, chain }),
      issuersInMirror: (cps) => mirror.issuersOf(`https://${cps}`),
      schedule: (action, delayMs) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
    },
    { cpsAuthorities: [], tokenMinimumAgeSeconds: 0, targetTokens: 32 },
  );
  const sealer = createPassportSealer(crypto);
  const sender = createDepositSender(client);
  return {
    key,
    chain,
    async refresh() {
      await mirror.refresh();
      for (const cps of mirror.knownCps().map((origin) => new URL(origin).host)) {
        wallet.open(cps);
        await wallet.fill(cps);
      }
    },
    seal(envelope, called) {
      const keys = mirror.keysFor(called);
      const order = { envelope, called, keys, lifetimeSeconds: DEFAULT_LIFETIME };
      const [deposit] = sealDeposits({ crypto, sealer }, order);
      if (deposit === undefined) throw new Error('nobody has published a key for this number');
      return deposit;
    },
    async send(deposit) {
      const cps = deposit.cps[0]!;
      const tokens = wallet.take(new URL(cps).host, 1);
      return tokens === undefined ? 'unavailable' : sender.send(cps, deposit, tokens, DEADLINE_MS);
    },
    async close() {
      wallet.close();
      await client.close();
    },
  };
}
