// The bare HTTP/2 server over TLS: it reads a POST to its end and answers 201, answers a GET with as many bytes as it
// was started with, and does nothing else. What any server on `node:http2` costs at least.
//
// Arguments: the PEM files of certificate and key, the bytes of an answer to GET, and of one to POST, none by default, and the
// operation it does for each POST, none by default, and how often.

import { readFileSync } from 'node:fs';
import { createSecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type BareOperation, bareOperation } from '../primitives.ts';
import { reportToParent } from './server-process.ts';

const [certificateFile, keyFile, replyBytes, postBytes = '0', named, times = '1'] = process.argv.slice(2);
const operate = named === undefined ? () => undefined : bareOperation(named as BareOperation);
const operations = Number(times);
const reply = new Uint8Array(Number(replyBytes));
const receipt = new Uint8Array(Number(postBytes));
const server = createSecureServer({
  cert: readFileSync(certificateFile!),
  key: readFileSync(keyFile!),
  settings: { maxConcurrentStreams: 128, enablePush: false },
});
server.on('stream', answer);
server.listen(0, '127.0.0.1', () => {
  reportToParent(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  if (headers[':method'] === 'GET') {
    stream.respond({ ':status': 200, 'content-length': String(reply.length) });
    stream.end(reply);
    return;
  }
  stream.on('data', () => undefined);
  stream.on('end', () => {
    for (let left = operations; left > 0; left--) operate();
    stream.respond(
      { ':status': 201, 'content-length': String(receipt.length) },
      { endStream: receipt.length === 0 },
    );
    if (receipt.length > 0) stream.end(receipt);
  });
}
