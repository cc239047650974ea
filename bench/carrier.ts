// A carrier with a certificate, and calls between its numbers and another's: what the rows about single PASSporTs
// start from. Certificates come from the laboratory's authority, so that sizes and chains are as in real life.

import { randomUUID } from 'node:crypto';
import type { ArrivedCall } from '@oobleck/stir/call';
import { type Certificate, parseCertificate } from '@oobleck/stir/certificate';
import type { SigningKey } from '@oobleck/stir/crypto';
import { parseTelephoneNumber, parseTnEntry } from '@oobleck/stir/number';
import type { PassportCall, ShakenClaims } from '@oobleck/stir/passport';
import { createNodeCrypto } from '../packages/oobleck/src/crypto/index.ts';
import { createLabAuthority } from '../packages/oobleck/src/lab/sti-authority.ts';

export const crypto = createNodeCrypto();
export const CERTIFICATE_URL = 'https://certificates.carrier.example.net/shaken/1234.pem';
/** Seconds since 1970, the same for all calls. */
export const NOW = Math.floor(Date.now() / 1000);

export interface Carrier {
  readonly key: SigningKey;
  /** DER, signer first, without the root. */
  readonly chain: readonly Uint8Array[];
  readonly anchor: Certificate;
}

const DAY_MS = 86_400_000;

export async function createCarrier(): Promise<Carrier> {
  const nowMs = NOW * 1000;
  const authority = await createLabAuthority({ nowMs });
  const { privateKeyPkcs8, chain } = await authority.issueLeaf({
    entries: [parseTnEntry('0-1234')],
    commonName: 'SHAKEN 1234',
    organization: 'Carrier',
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + DAY_MS),
  });
  return { key: crypto.importSigningKey(privateKeyPkcs8), chain, anchor: parseCertificate(authority.root) };
}

export interface ExampleCall {
  readonly call: PassportCall;
  readonly claims: ShakenClaims;
  readonly arrived: ArrivedCall;
}

/** The call with this number in a row, each between another pair of numbers. */
export function exampleCall(at: number): ExampleCall {
  const originator = parseTelephoneNumber(`1202555${String(at % 10_000).padStart(4, '0')}`);
  const called = parseTelephoneNumber(`1215500${String((at * 7) % 10_000).padStart(4, '0')}`);
  return {
    call: { originator, destinations: [called], issuedAt: NOW },
    claims: { attestation: 'A', originationId: randomUUID() },
    arrived: {
      tenant: 'carrier',
      callId: randomUUID(),
      caller: originator,
      called: [called],
      formerlyCalled: [],
      arrivedAt: NOW,
    },
  };
}

/** `make(0)` to `make(count - 1)`, handed out in turn for ever. */
export function inTurn<T>(count: number, make: (at: number) => T): () => T {
  const items = Array.from({ length: count }, (_, at) => make(at));
  let next = 0;
  return () => items[next++ % count]!;
}
