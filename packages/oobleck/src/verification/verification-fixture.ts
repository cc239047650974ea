// What the tests of this role stand on: carriers whose certificates do and do not count, and for each test a world of
// its own with a CPS, the called side's keys, a certificate repository and a clock. Every part in it is the real one.

import { encodeBase64url } from '@oobleck/stir/bytes';
import type { ArrivedCall } from '@oobleck/stir/call';
import type { AcceptedCredential, KeyCredential } from '@oobleck/stir/credential';
import { formatIdentity } from '@oobleck/stir/identity';
import { addressOf, type MailboxAddress, splitAddress } from '@oobleck/stir/mailbox';
import type { TelephoneNumber } from '@oobleck/stir/number';
import { createPassportSigner, type MediaKey } from '@oobleck/stir/passport';
import { createPassportSealer, type Envelope } from '@oobleck/stir/seal';
import { registerKeys } from '../../test/called-party.ts';
import {
  anchorOf,
  type Carrier,
  createAuthority,
  createCarrier,
  createClock,
  createTestCps,
  crypto,
  DAY,
  NOW,
  tn,
} from '../../test/network.ts';
import { createMemoryUsedPassports } from '../store/memory/used-passports.ts';
import { createTrust, type FetchChain } from '../trust/index.ts';
import {
  createVerificationService,
  type ReplyQuery,
  type ReplySource,
  type VerificationEvent,
  type VerificationOptions,
  type VerificationParts,
} from './index.ts';

export const CALLER = tn('12155551212');
export const CALLED = tn('12155551213');
export const REPOSITORY = 'https://cr.example';
export const sealer = createPassportSealer(crypto);

export const home = await createAuthority();
export const called = await createCarrier(home, ['2-12155551213', '2-12155551299']);
export const provider = await createCarrier(home, ['0-1234']);
export const numberHolder = await createCarrier(home, ['2-12155551212']);
export const expired = await createCarrier(home, ['0-1234'], {
  notBefore: NOW - 5 * DAY,
  notAfter: NOW - DAY,
});
/** Under an authority that nobody here trusts. */
export const stranger = await createCarrier(await createAuthority(), ['0-1234']);

export interface Statement {
  readonly by?: Carrier;
  readonly caller?: TelephoneNumber;
  readonly dest?: readonly TelephoneNumber[];
  readonly issuedAt?: number;
  readonly x5u?: string;
  readonly isBase?: boolean;
  readonly mediaKeys?: readonly MediaKey[];
}

export type CallShape = Partial<ArrivedCall> & { readonly withheld?: boolean };

export const callOf = (more: CallShape = {}): ArrivedCall => {
  const { withheld, ...others } = more;
  const call = { tenant: 't', callId: 'call 1', called: [CALLED], formerlyCalled: [], arrivedAt: NOW };
  return { ...call, ...(withheld ? {} : { caller: CALLER }), ...others };
};

export type World = Awaited<ReturnType<typeof createWorld>>;

/** @param served whose certificates the repository has from the start, by the name of the file without `.pem` */
export async function createWorld(served: Readonly<Record<string, Carrier>> = {}) {
  const clock = createClock();
  const cps = createTestCps({ clock, anchors: [anchorOf(home)] });
  const holder = await registerKeys(called, clock, cps.directory);
  const queries: ReplyQuery[] = [];
  const replies: ReplySource = {
    fetchReply: async (query) => {
      queries.push(query);
      const { id, shard } = splitAddress(query.address);
      return cps.service.retrieve({ mailboxId: id, shard, page: query.page, nonce: query.nonce });
    },
  };
  const events: VerificationEvent[] = [];
  /** URLs that somebody wanted fetched. */
  const fetched: string[] = [];
  /** Path on the repository to PEM. */
  const repository = new Map(Object.entries(served).map(([name, { pem }]) => [`/${name}.pem`, pem]));
  let origination = 0;
  const originationId = () => `00000000-0000-4000-8000-${String(origination++).padStart(12, '0')}`;

  function partsOf(more: Partial<VerificationParts> = {}): VerificationParts {
    const fetchChain: FetchChain = async (url) => {
      fetched.push(url);
      if (url.endsWith('/hangs.pem')) return new Promise(() => undefined);
      const pem = repository.get(new URL(url).pathname);
      return { status: pem === undefined ? 404 : 200, body: Buffer.from(pem ?? '') };
    };
    const chains = createTrust(
      { crypto, anchors: [anchorOf(home)], fetchChain, now: clock.ms },
      { repositories: [REPOSITORY] },
    );
    return {
      crypto,
      now: clock.ms,
      keys: holder,
      chains,
      replies,
      used: createMemoryUsedPassports(),
      onEvent: (event) => events.push(event),
      ...more,
    };
  }

  const createVs = (more: Partial<VerificationParts> = {}, options: VerificationOptions = {}) =>
    createVerificationService(partsOf(more), { deadlineMs: 2_000, ...options });

  function passportOf({
    by = provider,
    caller = CALLER,
    dest = [CALLED],
    issuedAt = clock.seconds(),
    x5u = `${REPOSITORY}/provider.pem`,
    isBase = false,
    mediaKeys,
  }: Statement = {}): string {
    const signer = createPassportSigner(by.key, x5u);
    if (mediaKeys !== undefined)
      return signer.sign({
        extension: 'shaken',
        originator: { kind: 'tn', number: caller },
        destinations: { numbers: dest, uris: [] },
        issuedAt,
        shaken: { attestation: 'A', originationId: originationId() },
        mediaKeys,
      });
    const call = { originator: caller, destinations: dest, issuedAt };
    return isBase
      ? signer.signBase(call, originationId())
      : signer.signShaken(call, { attestation: 'A', originationId: originationId() });
  }

  const identityOf = (statement: Statement = {}) =>
    formatIdentity({
      token: passportOf(statement),
      info: statement.x5u ?? `${REPOSITORY}/provider.pem`,
      algorithm: 'ES256',
      ...(statement.isBase ? {} : { ppt: 'shaken' }),
    });

  const addressFor = (number = CALLED) => addressOf(crypto, holder.keysFor(number)[0]!.form, number);

  /** The keys of a called number as those know them who call it. */
  const publishedFor = (number: TelephoneNumber): AcceptedCredential[] =>
    holder.keysFor(number).map(({ form, mailboxId, cps }) => ({
      credential: { form, cps, stake: 0 } as unknown as KeyCredential,
      mailboxId,
      entries: [],
      signer: 's',
    }));

  /** Leaves a blob as a CPS that took it would have it. */
  function leave(blob: Uint8Array, { id, shard } = splitAddress(addressFor()), stake = 0): void {
    cps.store.add(`${encodeBase64url(id)}/${shard}`, {
      id: encodeBase64url(crypto.randomBytes(16)),
      bytes: blob,
      hash: crypto.sha256(blob),
      depositedAtMs: clock.ms(),
      expiresAtMs: clock.ms() + 30_000,
      stake,
      retractHash: encodeBase64url(crypto.randomBytes(16)),
    });
  }

  function leaveEnvelope(envelope: Envelope, address: MailboxAddress = addressFor(), stake = 0): void {
    const blob = sealer.seal(holder.keysFor(CALLED)[0]!.form.publicKey, address, envelope);
    leave(blob, splitAddress(address), stake);
  }

  const leavePassport = (statement: Statement = {}, stake = 0) => {
    const envelope = { passports: [passportOf(statement)], chain: (statement.by ?? provider).ders };
    leaveEnvelope(envelope, addressFor(), stake);
  };

  return {
    clock,
    anchors: [anchorOf(home)],
    cps,
    holder,
    events,
    fetched,
    queries,
    repository,
    replies,
    partsOf,
    createVs,
    passportOf,
    identityOf,
    addressFor,
    publishedFor,
    leave,
    leaveEnvelope,
    leavePassport,
  };
}
