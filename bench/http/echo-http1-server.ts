// The bare HTTP/1.1 server: it reads a POST to its end, answers with as many bytes of JSON as it was started with, and does
// nothing else. What any server on `node:http` costs at least.
//
// Arguments: the bytes of an answer, and the operation it does for each request, none by default.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BareOperation, bareOperation } from '../primitives.ts';
import { reportToParent } from './server-process.ts';

const [bytes, named] = process.argv.slice(2);
const operate = named === undefined ? () => undefined : bareOperation(named as BareOperation);
const reply = 'x'.repeat(Number(bytes));
const fields = { 'content-type': 'application/json', 'content-length': String(reply.length) };
const server = createServer((request, response) => {
  const chunks: Uint8Array[] = [];
  request.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  request.on('end', () => {
    operate();
    response.writeHead(200, fields).end(reply);
  });
});
server.listen(0, '127.0.0.1', () => {
  reportToParent(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
