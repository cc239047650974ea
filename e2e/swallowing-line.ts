// A TCP line of loopback that can fall silent as a broken network does: what either end sends is taken and never
// arrives, and nobody is told. Connections that lost something stay dead when the line works again; new ones live.

import { connect, createServer, type Socket } from 'node:net';

export interface SwallowingLine {
  /** From now on every byte is swallowed. @returns what ends it */
  swallow(): () => void;
  /** When pieces were swallowed, on `performance.now()`. */
  swallowedAt(): readonly number[];
  close(): Promise<void>;
}

/** Listens on `port` and connects to `target`, both of loopback. */
export async function openLine(port: number, target: number): Promise<SwallowingLine> {
  let isSilent = false;
  const open = new Set<Socket>();
  const swallowed: number[] = [];
  const carry = (from: Socket, to: Socket, line: { isDead: boolean }): void => {
    open.add(from);
    from.on('data', (bytes) => {
      line.isDead ||= isSilent;
      if (line.isDead) swallowed.push(performance.now());
      else to.write(bytes);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      open.delete(from);
      if (!line.isDead) to.destroy();
    });
  };
  const server = createServer((near) => {
    const line = { isDead: isSilent };
    const far = connect(target, '127.0.0.1');
    carry(near, far, line);
    carry(far, near, line);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    swallow() {
      isSilent = true;
      return () => {
        isSilent = false;
      };
    },
    swallowedAt: () => swallowed,
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
