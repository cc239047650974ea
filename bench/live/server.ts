// A CPS over the memory store in a process of its own, for the bench of live deposits: HTTP, tokens, sealing and stores
// as `oobleck serve` has them, one mailbox of 65536 shards, and a way past HTTP to lay millions of deposits beside them.
//
// Arguments: the PEM files of certificate and key, the issuer's key of the day (DER PKCS #8).

import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SUITE_X25519 } from '@oobleck/stir/seal';
import { createCpsFace } from '../../packages/oobleck/src/cps/face/index.ts';
import { createCallPlacementService } from '../../packages/oobleck/src/cps/index.ts';
import { createHttpServer } from '../../packages/oobleck/src/http/index.ts';
import { createTokenVerifier } from '../../packages/oobleck/src/issuer/index.ts';
import { createEventLog } from '../../packages/oobleck/src/operate/index.ts';
import { createMemoryMailboxStore } from '../../packages/oobleck/src/store/memory/mailbox-store.ts';
import { createMemorySpentTokens } from '../../packages/oobleck/src/store/memory/spent-tokens.ts';
import { crypto } from '../carrier.ts';
import { ownCpuSeconds } from '../measure.ts';
import { createFilling } from './filling.ts';
import { AUTHORITY, ISSUER, type Order, SHARDS } from './orders.ts';

const SWEEP_MS = 250;
const DAY_SECONDS = 86_400;
const [certificateFile, keyFile, issuerKeyFile] = process.argv.slice(2);

let aheadMs = 0;
const now = (): number => Date.now() + aheadMs;
const seconds = (): number => now() / 1000;
const log = createEventLog({ level: 'silent' });
const store = createMemoryMailboxStore();
const spent = createMemorySpentTokens(seconds);
const { publicKey } = crypto.generateAgreementKey();
const { spki } = crypto.importTokenSigningKey(new Uint8Array(readFileSync(issuerKeyFile!))).publicKey;
const keys = [{ spki, notBefore: seconds() - DAY_SECONDS, notAfter: seconds() + 2 * DAY_SECONDS }];
const tokens = createTokenVerifier(
  { crypto, now: seconds },
  { cpsAuthority: AUTHORITY, issuers: [{ name: ISSUER, keys }] },
);
const form = { suite: SUITE_X25519, publicKey, shards: SHARDS, replyBytes: 16_384 };
const mailboxes = { mailbox: () => form };
const service = createCallPlacementService({ crypto, now, mailboxes, store, tokens, spent });
const face = createCpsFace(service);
const server = await createHttpServer({
  host: '127.0.0.1',
  port: 0,
  log,
  tls: { certificate: readFileSync(certificateFile!, 'utf8'), key: readFileSync(keyFile!, 'utf8') },
  hot: face,
});
const filling = createFilling(store, spent, now);
const delay = monitorEventLoopDelay({ resolution: 1 });
let longestSliceMs = 0;
/** Whether nothing was due any more when last looked. */
let isSwept = true;

/** What expires is forgotten in slices, as in a running node. */
function sweep(): void {
  const before = process.threadCpuUsage();
  isSwept = store.sweep(now());
  const { user, system } = process.threadCpuUsage(before);
  longestSliceMs = Math.max(longestSliceMs, (user + system) / 1000);
  setTimeout(sweep, isSwept ? SWEEP_MS : 0);
}

async function obey(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'cpu':
      return ownCpuSeconds();
    case 'fill':
      return filling.fillTo(order.count);
    case 'memory':
      return {
        live: store.size,
        isSwept,
        rssBytes: process.memoryUsage().rss,
        usedBytes: store.usedBytes + spent.usedBytes,
      };
    case 'expire':
      aheadMs += filling.lifetimeMs - 1_000;
      return undefined;
    case 'watch':
      delay.reset();
      delay.enable();
      longestSliceMs = 0;
      return undefined;
    case 'pauses':
      return {
        live: store.size,
        longestMs: delay.max / 1e6,
        p999Ms: delay.percentile(99.9) / 1e6,
        longestSliceMs,
      };
  }
}

process.on('message', (order: Order | 'cpu') => {
  void obey(order === 'cpu' ? { do: 'cpu' } : order).then((answer) => process.send!(answer ?? null));
});
process.on('disconnect', () => process.exit());
setTimeout(sweep, SWEEP_MS);
process.send!(server.origin);
