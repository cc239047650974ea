// A mailbox shard under attack, through the real HTTP face: 300 junk deposits, for which the attacker spent a token each,
// and one genuine call with stake. The called side finds it within the deadline of the call (RFC 8816 Section 7.5).

import { addressOf, splitAddress } from '@oobleck/stir/mailbox';
import { createPassportSigner } from '@oobleck/stir/passport';
import { createPassportSealer } from '@oobleck/stir/seal';
import type { Token } from '@oobleck/stir/token';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCpsFace } from '../src/cps/face/index.ts';
import { createDepositSender, createReplySource } from '../src/http/clients/index.ts';
import { createSafeClient, type HttpServer, type SafeClient } from '../src/http/index.ts';
import { createTlsAuthority } from '../src/lab/pki.ts';
import { createMemoryUsedPassports } from '../src/store/memory/used-passports.ts';
import { createTrust } from '../src/trust/index.ts';
import {
  createVerificationService,
  type KeyHolder,
  type OwnKey,
  type ReplyQuery,
} from '../src/verification/index.ts';
import { type CalledParty, createCalledParty, registerKeys } from './called-party.ts';
import { serveLoopback } from './loopback-server.ts';
import {
  type Carrier,
  createCarrier,
  createClock,
  createTestCps,
  crypto,
  mintTokens,
  NOW,
  tn,
} from './network.ts';

const JUNK = 300;
const CALLER = tn('12155551212');
const CALLED = tn('12155551213');
const DEADLINE_MS = 400;

const clock = createClock();
const sealer = createPassportSealer(crypto);
let server: HttpServer;
let client: SafeClient;
let cps: ReturnType<typeof createTestCps>;
let holder: KeyHolder;
let provider: Carrier;
let called: CalledParty;

beforeAll(async () => {
  called = await createCalledParty('2-12155551213');
  provider = await createCarrier(called.authority, ['0-1234']);
  const tls = await createTlsAuthority({ nowMs: Date.now() });
  let hot: ReturnType<typeof createCpsFace> | undefined;
  server = await serveLoopback(tls, { hot: (exchange) => hot!(exchange) });
  cps = createTestCps({ clock, anchors: called.anchors, authority: new URL(server.origin).host });
  hot = createCpsFace(cps.service);
  client = createSafeClient({ ca: [tls.ca], allowAddresses: ['127.0.0.1'] });
  holder = await registerKeys(called.carrier, clock, cps.directory, { pages: 3, stake: 1 });
  await flood();
}, 120_000);

afterAll(async () => {
  await client?.close();
  await server?.close(200);
});

/** Retrievals go to where the face listens. */
const key = (): OwnKey => holder.keysFor(CALLED)[0]!;

async function leave(
  envelope: { passports: readonly string[]; chain?: readonly Uint8Array[] },
  tokens: Token[],
) {
  const address = addressOf(crypto, key().form, CALLED);
  const deposit = {
    address,
    cps: [],
    blob: sealer.seal(key().form.publicKey, address, envelope),
    retractSecret: crypto.randomBytes(32),
    retractHash: crypto.randomBytes(32),
    lifetimeSeconds: 60,
    stake: 0,
  } as const;
  expect(await createDepositSender(client).send(server.origin, deposit, tokens, 5_000)).toBe('stored');
}

/** Half of it opens, names this very call and is signed by nobody who counts. */
async function flood(): Promise<void> {
  const tokens = mintTokens(new URL(server.origin).host, JUNK);
  for (const [at, token] of tokens.entries())
    await leave({ passports: at % 2 === 0 ? ['junk'] : [passportOf(at)] }, [token]);
}

function passportOf(origination: number): string {
  const id = `00000000-0000-4000-8000-${String(origination).padStart(12, '0')}`;
  const call = { originator: CALLER, destinations: [CALLED], issuedAt: NOW };
  const signer = createPassportSigner(crypto.generateSigningKey(), 'https://cr.example/stranger.pem');
  return signer.signShaken(call, { attestation: 'A', originationId: id });
}

function verify(callId: string) {
  const queries: ReplyQuery[] = [];
  const source = createReplySource(client);
  const chains = createTrust(
    { crypto, anchors: called.anchors, now: clock.ms, fetchChain: () => Promise.reject(new Error('away')) },
    { repositories: [] },
  );
  const service = createVerificationService(
    {
      crypto,
      now: clock.ms,
      keys: holder,
      chains,
      replies: {
        fetchReply(query) {
          queries.push(query);
          return source.fetchReply({ ...query, cps: server.origin });
        },
      },
      used: createMemoryUsedPassports(),
    },
    { deadlineMs: DEADLINE_MS, addressesPerCall: 1 },
  );
  const call = { tenant: 't', callId, caller: CALLER, called: [CALLED], formerlyCalled: [], arrivedAt: NOW };
  const verdict = service.verify(call, []);
  return { verdict, queries };
}

it('300 junk blobs and nothing else: unverifiable, in time', async () => {
  const { verdict } = verify('before');
  expect((await verdict).status).toBe('unverifiable');
});

it('300 junk blobs and one genuine with stake: found within the deadline, all pages asked for at once', async () => {
  const { signShaken } = createPassportSigner(provider.key, 'https://cr.example/provider.pem');
  const originationId = '00000000-0000-4000-8000-999999999999';
  const call = { originator: CALLER, destinations: [CALLED], issuedAt: NOW };
  const passport = signShaken(call, { attestation: 'A', originationId });
  await leave({ passports: [passport], chain: provider.ders }, mintTokens(new URL(server.origin).host, 2));
  const { verdict, queries } = verify('genuine');
  expect(queries.map(({ page }) => page)).toEqual([0, 1, 2]);
  expect(await verdict).toMatchObject({ verstat: 'TN-Validation-Passed', channel: 'out-of-band' });
  const { id, shard } = splitAddress(queries[0]!.address);
  const name = `${Buffer.from(id).toString('base64url')}/${shard}`;
  const { blobs, isFlooded } = cps.store.list(name, clock.ms());
  expect([blobs.length, isFlooded, blobs.filter(({ stake }) => stake > 0).length]).toEqual([256, true, 1]);
});
