// The bare UDP echo: what it gets it sends back, and does nothing else. What any server on `node:dgram` costs at least.
//
// Argument: the operation it does for each datagram, none by default.

import { createSocket } from 'node:dgram';
import { reportToParent } from '../http/server-process.ts';
import { type BareOperation, bareOperation } from '../primitives.ts';

const [named] = process.argv.slice(2);
const operate = named === undefined ? () => undefined : bareOperation(named as BareOperation);
const socket = createSocket('udp4');
socket.on('message', (bytes, { port, address }) => {
  operate();
  socket.send(bytes, port, address);
});
socket.bind(0, '127.0.0.1', () => reportToParent(`udp://127.0.0.1:${socket.address().port}`));
