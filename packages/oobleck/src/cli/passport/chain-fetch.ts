// Gets the certificate chain at an `x5u`, by the rules of the trust service and through the safe client.

import type { Crypto } from '@oobleck/stir/crypto';
import { createChainFetcher } from '../../http/index.ts';
import { createTrust, type Unavailable } from '../../trust/index.ts';
import { createOutgoing, type OutgoingOptions } from '../command/outgoing.ts';
import type { FoundChain } from './chain-input.ts';

const DEADLINE_MS = 10_000;

const TEXTS: Readonly<Partial<Record<Unavailable, string>>> = {
  'bad-url': 'x5u is no https URL with port 443 or 8443 and without query',
  deadline: 'x5u did not answer in time',
};
const NO_ANSWER = 'x5u could not be fetched: no answer, no trusted TLS, or no public address';

export async function fetchChain(url: string, options: OutgoingOptions, crypto: Crypto): Promise<FoundChain> {
  const client = createOutgoing(options);
  const trust = createTrust(
    { crypto, anchors: [], now: Date.now, fetchChain: createChainFetcher(client) },
    { x5uPorts: (options.allowPort ?? []).map(Number) },
  );
  try {
    const result = await trust.chainFor(url, { channel: 'in-band', signalDeadlineMs: DEADLINE_MS });
    if ('chain' in result) return { chain: result.chain, source: 'fetched' };
    if (result.unavailable === 'bad-body')
      return { missing: 'malformed', detail: 'x5u serves no certificate chain' };
    return { missing: 'unavailable', detail: TEXTS[result.unavailable] ?? NO_ANSWER };
  } finally {
    await client.close();
  }
}
