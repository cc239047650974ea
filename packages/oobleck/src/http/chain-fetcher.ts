// The trust service's fetching port on the safe client.

import type { FetchChain } from '../trust/index.ts';
import type { SafeClient } from './safe-client.ts';

/**
 * Answers with whatever status came; redirects are failures.
 * @param accept the media type that is asked for, default that of chains
 */
export function createChainFetcher(
  client: SafeClient,
  accept = 'application/pem-certificate-chain',
): FetchChain {
  return async (url, { deadlineMs, maxBytes }) => {
    const { status, body, headers } = await client.request({
      method: 'GET',
      url,
      headers: { accept },
      deadlineMs,
      maxResponseBytes: maxBytes,
    });
    return { status, body, cacheControl: headers['cache-control'] };
  };
}
