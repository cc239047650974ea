// STI-PA for tests, as a host on loopback: the list of trusted authorities and the CRL it signs, served as it should
// be, or as a host does that is broken or hostile.

import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { formatPem, parseCertificate } from '@oobleck/stir/certificate';
import { signCompactJws } from '@oobleck/stir/jws';
import { createCrl } from '../../stir/test/crl.ts';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { createCertificateIssuer } from '../src/lab/certificate-issuer.ts';

export interface PolicyAdministrator {
  /** PEM: who signs both lists. */
  readonly signerPem: string;
  readonly origin: string;
  /** The answer to a path from now on. */
  serve(path: string, answer: Answer): void;
  /** Requests of a path so far. */
  asked(path: string): number;
  caList(sequence: number, rootPem: string): Uint8Array;
  /** A CRL over these certificates, DER. */
  crl(revoked: readonly Uint8Array[]): Uint8Array;
  close(): Promise<void>;
}

/** A body; one that is still to come; one without end; or never a word. */
export type Answer = Uint8Array | Promise<Uint8Array> | 'endless' | 'silent';

export async function createPolicyAdministrator(tls: {
  readonly cert: string;
  readonly key: string;
}): Promise<PolicyAdministrator> {
  const nowMs = Date.now();
  const issuer = await createCertificateIssuer({
    name: [{ CN: ['STI-PA'] }],
    notBefore: new Date(nowMs - 60_000),
    notAfter: new Date(nowMs + 3_600_000),
    pathLength: 0,
    extensions: [],
  });
  const key = createNodeCrypto().importSigningKey(issuer.privateKeyPkcs8);
  const { subject } = parseCertificate(issuer.certificate);
  const answers = new Map<string, Answer>();
  const counts = new Map<string, number>();
  const server = createServer(tls, ({ url = '' }, response) => {
    counts.set(url, (counts.get(url) ?? 0) + 1);
    answerWith(response, answers.get(url));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    signerPem: formatPem([issuer.certificate]),
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve: (path, answer) => void answers.set(path, answer),
    asked: (path) => counts.get(path) ?? 0,
    caList: (sequence, rootPem) =>
      Buffer.from(signCompactJws('{"alg":"ES256"}', JSON.stringify({ sequence, trustList: [rootPem] }), key)),
    crl: (revoked) =>
      createCrl(key, {
        issuer: subject,
        thisUpdate: Math.floor(Date.now() / 1000),
        nextUpdate: Math.floor(Date.now() / 1000) + 3_600,
        entries: revoked.map(parseCertificate).map(({ serialNumber, issuer: name }) => ({
          serialNumber,
          issuer: name,
        })),
      }),
    close: () => close(server),
  };
}

function answerWith(response: ServerResponse, answer: Answer | undefined): void {
  if (answer === 'silent') return;
  if (answer === undefined) response.writeHead(404).end();
  else if (answer === 'endless') pour(response);
  else void Promise.resolve(answer).then((body) => response.writeHead(200).end(body));
}

const PIECE = Buffer.alloc(65_536, 0x61);

function pour(response: ServerResponse): void {
  response.on('error', () => undefined);
  const more = (): void => {
    while (!response.destroyed && response.write(PIECE)) {}
  };
  response.on('drain', more);
  response.writeHead(200);
  more();
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
