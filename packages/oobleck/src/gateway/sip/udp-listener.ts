// SIP over UDP (RFC 3261 Section 18): one datagram, one message. An answer goes to the address the request came from and
// to no other.

import { createSocket, type RemoteInfo } from 'node:dgram';
import type { Listener, ListenerOptions } from './listener.ts';
import { plainAddress } from './peers.ts';

/** @returns once it listens. @throws what listening throws */
export async function createUdpListener(options: ListenerOptions): Promise<Listener> {
  const { name, host, port, peers, element, log } = options;
  const family = host.includes(':') ? 6 : 4;
  const socket = createSocket({ type: `udp${family}`, ipv6Only: family === 6, lookup: asItIs });
  let isOpen = true;
  let isClosed = false;
  const receive = (bytes: Buffer, { address, port: from }: RemoteInfo): void => {
    const plain = plainAddress(address);
    const peer = isOpen ? peers.find(plain) : undefined;
    // From port 0 (RFC 768) nobody waits for an answer, and to it none can be sent.
    if (peer === undefined || from === 0) return;
    const send = (answer: string, to: number): void => {
      if (!isClosed) socket.send(Buffer.from(answer, 'latin1'), to, address, noted);
    };
    const source = { address: plain, port: from };
    element.receive(bytes, { listener: name, peer, source, send });
  };
  const noted = (error: Error | null): void => {
    if (error !== null) log.debug('sip-not-sent', { role: 'sip', error });
  };
  socket.on('message', receive);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: host, port, exclusive: false }, () => {
      socket.off('error', reject);
      socket.on('error', noted);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    isOpen = false;
    await element.idle();
    isClosed = true;
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  };
  return {
    name,
    port: socket.address().port,
    reload: () => undefined,
    close: () => (closing ??= close()),
  };
}

/** Addresses are addresses here, never names to be looked up. */
function asItIs(
  address: string,
  _options: unknown,
  tell: (error: null, address: string, family: number) => void,
): void {
  tell(null, address, address.includes(':') ? 6 : 4);
}
