// UDP ports of loopback that nobody listens on, for programs that have to be told one.

import { createSocket } from 'node:dgram';
import { findFreePorts, type PortHolder } from '../packages/oobleck/src/lab/free-ports.ts';

export function findFreeUdpPorts(count: number): Promise<readonly number[]> {
  return findFreePorts(count, holdUdp);
}

function holdUdp(port: number): ReturnType<PortHolder> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind(port, '127.0.0.1', () =>
      resolve(() => new Promise((closed) => socket.close(() => closed()))),
    );
  });
}
