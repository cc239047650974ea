// Tells a slow call from a machine that stood still. Beside the calls, OPTIONS go to the same switch and the same redirect
// elements, which answer them at once whatever else they wait for: where such an answer is late, the machine had no time
// for that process, or for this one, and no call could have been served meanwhile.

import { createSocket } from 'node:dgram';

export interface StallWatch {
  /** Of the time between two moments of `performance.now()`: the ms in which something was shown to stand still. */
  stalledMs(fromMs: number, toMs: number): number;
  close(): Promise<void>;
}

interface Ping {
  /** When it should have left: that this process stood still shows, too. */
  readonly dueMs: number;
  answeredMs?: number;
}

const EVERY_MS = 10;
/** An answer that takes no longer is no standstill. */
const USUAL_MS = 20;

/** @param ports of SIP over UDP on loopback, answering OPTIONS with whatever */
export async function watchStalls(ports: readonly number[]): Promise<StallWatch> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port: own } = socket.address();
  const pings: Ping[] = [];
  socket.on('message', (bytes) => {
    const at = /^Call-ID: stall-(\d+)/m.exec(bytes.toString('latin1'))?.[1];
    const ping = at === undefined ? undefined : pings[Number(at)];
    if (ping !== undefined) ping.answeredMs ??= performance.now();
  });
  let dueMs = performance.now();
  const timer = setInterval(() => {
    for (const port of ports) {
      const request = formatOptions(port, own, pings.length);
      pings.push({ dueMs });
      socket.send(request, port, '127.0.0.1');
    }
    dueMs = Math.max(dueMs + EVERY_MS, performance.now());
  }, EVERY_MS);
  return {
    stalledMs(fromMs, toMs) {
      const slow = pings
        .filter(({ answeredMs = 0, dueMs: sinceMs }) => answeredMs - sinceMs > USUAL_MS)
        .map(
          ({ answeredMs, dueMs: sinceMs }) =>
            [Math.max(sinceMs, fromMs), Math.min(answeredMs!, toMs)] as const,
        )
        .sort(([a], [b]) => a - b);
      let coveredMs = fromMs;
      let sumMs = 0;
      for (const [sinceMs, untilMs] of slow) {
        sumMs += Math.max(0, untilMs - Math.max(sinceMs, coveredMs));
        coveredMs = Math.max(coveredMs, untilMs);
      }
      return sumMs;
    },
    close() {
      clearInterval(timer);
      return new Promise((resolve) => socket.close(() => resolve()));
    },
  };
}

function formatOptions(port: number, own: number, at: number): Buffer {
  return Buffer.from(
    [
      `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bKstall${at}`,
      `From: <sip:127.0.0.1:${own}>;tag=1`,
      `To: <sip:127.0.0.1:${port}>`,
      `Call-ID: stall-${at}`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 1',
      'Content-Length: 0',
      '\r\n',
    ].join('\r\n'),
    'latin1',
  );
}
