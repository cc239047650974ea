// The bare HTTP/1.1 server: it reads a POST to its end, answers with as many bytes of JSON as it was started with, and does
// nothing else. What any server on `node:http` costs at least.
//
// Argument: the bytes of an answer.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportToParent } from './server-process.ts';

const reply = 'x'.repeat(Number(process.argv[2]));
const fields = { 'content-type': 'application/json', 'content-length': String(reply.length) };
const server = createServer((request, response) => {
  const chunks: Uint8Array[] = [];
  request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  request.on('end', () => response.writeHead(200, fields).end(reply));
});
server.listen(0, '127.0.0.1', () => {
  reportToParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
