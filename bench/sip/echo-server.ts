// The bare UDP echo: what it gets it sends back, and does nothing else. What any server on `node:dgram` costs at least.

import { createSocket } from 'node:dgram';
import { reportToParent } from '../http/server-process.ts';

const socket = createSocket('udp4');
socket.on('message', (bytes, { port, address }) => socket.send(bytes, port, address));
socket.bind(0, '127.0.0.1', () => reportToParent(`udp://127.0.0.1:${socket.address().port}`));
