// The trust service's fetching port on the safe client.

import type { FetchChain } from '../trust/index.ts';
import type { SafeClient } from './safe-client.ts';

/** Answers with whatever status came; redirects are failures. */
export function createChainFetcher(client: SafeClient): FetchChain {
  return async (url, { deadlineMs, maxBytes }) => {
    const { status, body, headers } = await client.request({
      method: 'GET',
      url,
      headers: { accept: 'application/pem-certificate-chain' },
      deadlineMs,
      maxResponseBytes: maxBytes,
    });
    return { status, body, cacheControl: headers['cache-control'] };
  };
}
