// A caller and a called side in one UDP socket, for INVITEs that no decent phone would send: the test writes every
// byte of the INVITE, and reads every byte of what arrived behind the switch. Answers each INVITE with 200.

import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';

export interface Invite {
  /** User part of the Request-URI. */
  readonly called: string;
  /** The whole From header field value without tag; default a plain one. */
  readonly from?: string;
  readonly callId?: string;
  /** Further header fields, whole lines. */
  readonly headers?: readonly string[];
}

export interface PlacedInvite {
  /** The final status that the caller got. */
  readonly status: number;
  /** That answer, every byte. */
  readonly answer: string;
  /** The INVITE as the called side received it. */
  readonly arrived: string;
  readonly elapsedMs: number;
}

export interface SipProbe {
  readonly port: number;
  /** Calls by way of the switch at `port`. */
  place(port: number, invite: Invite): Promise<PlacedInvite>;
  close(): Promise<void>;
}

const RESEND_MS = 500;
const LIMIT_MS = 10_000;

export async function createSipProbe(): Promise<SipProbe> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port: own } = socket.address();
  const arrived = new Map<string, string>();
  const answered = new Map<string, (answer: string) => void>();
  socket.on('message', (bytes, peer) => {
    const message = bytes.toString('latin1');
    const callId = fieldOf(message, 'Call-ID')[0] ?? '';
    const status = /^SIP\/2\.0 ([0-9]{3})/.exec(message)?.[1];
    if (status !== undefined && status >= '200') answered.get(callId)?.(message);
    if (!message.startsWith('INVITE ')) return;
    arrived.set(callId, message);
    socket.send(Buffer.from(okTo(message, own), 'latin1'), peer.port, peer.address);
  });
  return {
    port: own,
    async place(port, invite) {
      const callId = invite.callId ?? randomUUID();
      const request = Buffer.from(formatInvite({ ...invite, callId }, own), 'latin1');
      const startMs = performance.now();
      const send = (): void => socket.send(request, port, '127.0.0.1');
      const resend = setInterval(send, RESEND_MS);
      let limit: NodeJS.Timeout | undefined;
      try {
        const answer = await new Promise<string>((resolve, reject) => {
          answered.set(callId, resolve);
          limit = setTimeout(() => reject(new Error('a call got no answer')), LIMIT_MS);
          send();
        });
        const elapsedMs = performance.now() - startMs;
        const status = Number(answer.slice(8, 11));
        return { status, answer, elapsedMs, arrived: arrived.get(callId) ?? '' };
      } finally {
        clearInterval(resend);
        clearTimeout(limit);
        answered.delete(callId);
      }
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** Values of a header field, in order. */
export function fieldOf(message: string, name: string): readonly string[] {
  const head = message.split('\r\n\r\n')[0]!.replace(/\r\n[ \t]+/g, ' ');
  return head
    .split('\r\n')
    .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    .map((line) => line.slice(name.length + 1).trim());
}

function formatInvite({ called, from, callId, headers }: Invite, own: number): string {
  return [
    `INVITE sip:${called}@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bK${randomUUID()}`,
    `From: ${from ?? `<sip:+12025550001@127.0.0.1:${own}>`};tag=caller`,
    `To: <sip:${called}@127.0.0.1>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:127.0.0.1:${own}>`,
    'Max-Forwards: 70',
    ...(headers ?? []),
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}

function okTo(invite: string, own: number): string {
  const copied = ['Via', 'Record-Route', 'From', 'Call-ID', 'CSeq'].flatMap((name) =>
    fieldOf(invite, name).map((value) => `${name}: ${value}`),
  );
  const to = `To: ${fieldOf(invite, 'To')[0]};tag=called`;
  return [
    'SIP/2.0 200 OK',
    ...copied,
    to,
    `Contact: <sip:127.0.0.1:${own}>`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}
