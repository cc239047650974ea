// Bytes on a TLS connection to a server, as no decent client sends them: frames of HTTP/2 one by one, and requests of
// HTTP/1.1 as they are written.

import { connect, type TLSSocket } from 'node:tls';

export interface RawConnection {
  /** Resolves when the bytes are on their way, or the connection has ended. */
  send(bytes: Uint8Array | string): Promise<void>;
  /** Everything that has come. */
  received(): Buffer;
  hasEnded(): boolean;
  readonly ended: Promise<void>;
  close(): void;
}

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly payload: Buffer;
}

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;
export const FLAG = { none: 0, ack: 1, endStream: 1, endHeaders: 4 } as const;

export async function connectRaw(
  origin: string,
  ca: string,
  protocol: 'h2' | 'http/1.1',
): Promise<RawConnection> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), ca, ALPNProtocols: [protocol] });
  const chunks: Buffer[] = [];
  let isOver = false;
  socket.on('error', () => undefined).on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve) => {
    socket.once('end', () => socket.destroy());
    socket.once('close', () => {
      isOver = true;
      resolve();
    });
  });
  await new Promise<void>((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  return {
    send: (bytes) => (isOver ? Promise.resolve() : write(socket, bytes, ended)),
    received: () => Buffer.concat(chunks),
    hasEnded: () => isOver,
    ended,
    close: () => socket.destroy(),
  };
}

function write(socket: TLSSocket, bytes: Uint8Array | string, ended: Promise<void>): Promise<void> {
  const written = new Promise<void>((resolve) => {
    socket.write(bytes, () => resolve());
  });
  return Promise.race([written, ended]);
}

/** What an HTTP/2 client begins with: the preface and empty settings. */
export const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame(FRAME.settings, FLAG.none, 0),
]);

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** GET of `/` over https, in HPACK without any table but the static one. */
export const GET_ROOT = Buffer.concat([Buffer.from([0x82, 0x87, 0x84, 0x41, 1]), Buffer.from('a')]);

/** The frames that have come whole. */
export function framesOf(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 9 <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    if (at + 9 + length > bytes.length) break;
    frames.push({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      payload: bytes.subarray(at + 9, at + 9 + length),
    });
    at += 9 + length;
  }
  return frames;
}
