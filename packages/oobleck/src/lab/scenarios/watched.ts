// Attempts to learn from the service, or to use one PASSporT twice.

import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { encodeBase64url } from '@oobleck/stir/bytes';
import { splitAddress } from '@oobleck/stir/mailbox';
import { parseTelephoneNumber } from '@oobleck/stir/number';
import { createPassportSigner } from '@oobleck/stir/passport';
import { createSafeClient, type HttpReply, type SafeClient } from '../../http/index.ts';
import { crossTdm, type RunningLab } from '../running-lab.ts';
import {
  ASKED,
  alphaCall,
  answered,
  arrive,
  CPS_SIGHT,
  conclude,
  DEPOSITED,
  DIALLED,
  now,
  overTdm,
  REPLIED,
  RETRIEVED,
  type Scenario,
  SIGNED,
  sign,
} from './scenario.ts';

export const secondCall: Scenario = async (lab) => {
  const call = alphaCall('12025550110', '12155000110');
  await sign(lab, call);
  const first = randomUUID();
  const before = await arrive(lab, crossTdm(call), { callId: first });
  const second = await arrive(lab, crossTdm(call), { callId: randomUUID() });
  const again = await arrive(lab, crossTdm(call), { callId: first });
  return conclude(
    {
      scenario: 'second-call',
      story: 'Two calls with the same numbers, one PASSporT: the first has it, the second is unverifiable.',
      expected: 'No-TN-Validation',
      holds:
        before.verdict.status === 'verified' &&
        second.verdict.reason === 'ambiguous' &&
        again.verdict === before.verdict,
      steps: [
        SIGNED,
        DEPOSITED,
        DIALLED,
        answered('TN-Validation-Passed for the first call'),
        { from: 'caller', to: 'callee', what: 'TDM: a second call, same numbers' },
        ASKED,
        RETRIEVED,
        REPLIED,
        answered('No-TN-Validation, ambiguous'),
        answered('the first again: the same answer'),
      ],
      sights: ['VS: a second call that only taken PASSporTs match, and says so to an operator'],
    },
    second,
  );
};

export const beacon: Scenario = async (lab) => {
  const caller = '12025550111';
  const called = parseTelephoneNumber('12155000111');
  const port = lab.lab.unlistedPort;
  const beacon = await listenForLookers(port);
  const passport = createPassportSigner(
    lab.stranger.key,
    `https://127.0.0.1:${port}/who-looks.pem`,
  ).signShaken(
    { originator: parseTelephoneNumber(caller), destinations: [called], issuedAt: now() },
    { attestation: 'A', originationId: randomUUID() },
  );
  const answer = await lab.stranger.send(lab.stranger.seal({ passports: [passport] }, called));
  const timed = await arrive(lab, { caller, called });
  const connections = await beacon.close();
  return conclude(
    {
      scenario: 'beacon',
      story:
        'A deposited PASSporT names a certificate on the stranger’s own server, to learn when it is looked at.',
      expected: 'No-TN-Validation',
      holds: answer === 'stored' && connections === 0 && timed.verdict.reason === 'certificate-unlisted',
      steps: [
        { from: 'caller', to: 'CPS', what: 'a blob whose x5u calls home' },
        DIALLED,
        ASKED,
        RETRIEVED,
        REPLIED,
        answered('No-TN-Validation'),
      ],
      sights: [CPS_SIGHT, `Stranger: ${connections} connections to its server`],
    },
    timed,
  );
};

async function listenForLookers(port: number) {
  let connections = 0;
  const listener = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
  return {
    /** @returns how many came */
    close: () => new Promise<number>((resolve) => listener.close(() => resolve(connections))),
  };
}

export const poller: Scenario = async (lab) => {
  const call = alphaCall('12025550112', '12155000112');
  const client = createSafeClient({ ca: [lab.lab.tlsCa], allowAddresses: ['127.0.0.0/8'] });
  const poll = (count: number): Promise<HttpReply[]> =>
    pollMailbox(lab, client, call.destinations[0]!, count);
  const idle = await poll(5);
  await sign(lab, call);
  const [timed, busy] = await Promise.all([overTdm(lab, call), poll(5)]);
  const after = await poll(5);
  await client.close();
  const replies = [...idle, ...busy, ...after];
  return conclude(
    {
      scenario: 'poller',
      story: 'Somebody without the key polls the mailbox before, during and after a call.',
      expected: 'TN-Validation-Passed',
      holds: timed.verdict.status === 'verified' && looksAlike(replies),
      steps: [
        { from: 'caller', to: 'CPS', what: 'a stranger polls the shard' },
        { from: 'CPS', to: 'caller', what: '16384 bytes it cannot open' },
        SIGNED,
        DEPOSITED,
        DIALLED,
        ASKED,
        RETRIEVED,
        REPLIED,
        { from: 'CPS', to: 'caller', what: '16384 bytes it cannot open' },
        answered('TN-Validation-Passed, attest A'),
      ],
      sights: [`Poller: ${replies.length} replies of one length, no two with a block in common`],
    },
    timed,
  );
};

async function pollMailbox(
  lab: RunningLab,
  client: SafeClient,
  called: string,
  count: number,
): Promise<HttpReply[]> {
  const { address } = lab.stranger.seal({ passports: [] }, parseTelephoneNumber(called));
  const { id, shard } = splitAddress(address);
  const replies: HttpReply[] = [];
  for (let i = 0; i < count; i++)
    replies.push(
      await client.request({
        method: 'GET',
        url: `${lab.bravo.origin}/mailboxes/${encodeBase64url(id)}/${shard}/passports?page=0&n=${encodeBase64url(randomBytes(16))}`,
        deadlineMs: 2_000,
        maxResponseBytes: 65_536,
      }),
    );
  return replies;
}

/** Equal length, status and header fields; no encapsulation and no block of 16 bytes twice. */
function looksAlike(replies: readonly HttpReply[]): boolean {
  const outside = replies.map(({ status, headers, body }) => {
    const { date: _, ...others } = headers;
    return JSON.stringify([status, others, body.length]);
  });
  const encapsulations = replies.map(({ body }) => encodeBase64url(body.subarray(0, 32)));
  const blocks = replies.flatMap(({ body }) =>
    Array.from({ length: body.length / 16 }, (_, i) => encodeBase64url(body.subarray(16 * i, 16 * i + 16))),
  );
  return (
    new Set(outside).size === 1 &&
    new Set(encapsulations).size === replies.length &&
    new Set(blocks).size === blocks.length
  );
}
