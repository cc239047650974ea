// Kamailio in the foreground with one configuration file, on loopback and UDP.

import { createSocket } from 'node:dgram';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventually } from './eventually.ts';
import { type Running, startProcess } from './processes.ts';
import { findProgram } from './programs.ts';
import { recipeTimeoutSeconds } from './recipe.ts';

export interface KamailioPlan {
  readonly config: string;
  readonly port: number;
  /** Where calls go on. */
  readonly nextHopPort: number;
  /** Where Oobleck's REST interface listens; left out for a switch without one. */
  readonly restPort?: number;
  /** Where Oobleck's redirect element listens, for either direction. */
  readonly redirectPort?: number;
  /** How long it waits for the redirect element; default as the recipe has it. */
  readonly redirectWaitMs?: number;
  /** How long it waits for Oobleck; default as the recipe has it. */
  readonly timeoutSeconds?: number;
  readonly domain?: string;
  /** Shared memory in MiB, default 32: every call stays there for some seconds on each hop. */
  readonly memoryMib?: number;
  /** Where it keeps its own files; default beside the configuration. */
  readonly runFolder?: string;
}

const ANSWER_LIMIT_MS = 15_000;

/** @returns once it answers SIP */
export async function startKamailio({
  config,
  port,
  nextHopPort,
  restPort,
  redirectPort,
  redirectWaitMs,
  timeoutSeconds = recipeTimeoutSeconds(),
  domain,
  memoryMib = 32,
  runFolder = dirname(config),
}: KamailioPlan): Promise<Running> {
  const define = (name: string, value: string): readonly string[] => ['-A', `${name}=${value}`];
  const ownFolder = join(runFolder, `run-${port}`);
  mkdirSync(ownFolder, { recursive: true });
  const kamailio = startProcess(
    findProgram('kamailio')!,
    [
      ...[
        '-f',
        config,
        '-DD',
        '-E',
        '-T',
        '-m',
        String(memoryMib),
        '-M',
        '8',
        '-Y',
        ownFolder,
        '-w',
        ownFolder,
      ],
      ...define('LISTEN', `udp:127.0.0.1:${port}`),
      ...define('NEXT_HOP', `"sip:127.0.0.1:${nextHopPort}"`),
      ...(restPort === undefined
        ? []
        : define('OOBLECK', `"oobleck=>http://127.0.0.1:${restPort};timeout=${timeoutSeconds}"`)),
      ...(redirectPort === undefined
        ? []
        : ['OOBLECK_SIGN_AT', 'OOBLECK_VERIFY_AT'].flatMap((name) =>
            define(name, `"sip:127.0.0.1:${redirectPort}"`),
          )),
      ...(redirectWaitMs === undefined ? [] : define('OOBLECK_WAIT_MS', String(redirectWaitMs))),
      ...(domain === undefined ? [] : define('OOBLECK_DOMAIN', `"${domain}"`)),
    ],
    ownFolder,
  );
  try {
    await eventually('Kamailio answers', ANSWER_LIMIT_MS, () => {
      if (kamailio.hasExited()) throw new Error(`Kamailio ended:\n${kamailio.output()}`);
      return answersOptions(port);
    });
  } catch (error) {
    await kamailio.stop();
    throw error;
  }
  return kamailio;
}

/** Any reply to OPTIONS says that it is up. */
async function answersOptions(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port: own } = socket.address();
  const request = [
    `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bK${own}`,
    `From: <sip:127.0.0.1:${own}>;tag=1`,
    `To: <sip:127.0.0.1:${port}>`,
    `Call-ID: options-${own}`,
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 1',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
  return new Promise<boolean>((resolve) => {
    const finish = (isUp: boolean): void => {
      clearTimeout(timer);
      socket.close(() => resolve(isUp));
    };
    const timer = setTimeout(() => finish(false), 250);
    socket.once('error', () => finish(false));
    socket.once('message', () => finish(true));
    socket.send(request, port, '127.0.0.1');
  });
}
