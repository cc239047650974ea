// Asking token issuers over HTTPS.

import type { TokenTransport } from '../../issuer/index.ts';
import type { SafeClient } from '../index.ts';

const MAXIMUM_ANSWER = 64 * 1024;

/** @param deadlineMs for one request, default 10000 */
export function createTokenTransport(client: SafeClient, deadlineMs = 10_000): TokenTransport {
  const send = async (
    method: 'GET' | 'POST',
    url: string,
    headers: Record<string, string>,
    body?: Uint8Array,
  ) => {
    const limits = { deadlineMs, maxResponseBytes: MAXIMUM_ANSWER };
    const reply = await client.request({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { body }),
      ...limits,
    });
    const contentType = (reply.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
    return { status: reply.status, contentType, body: reply.body };
  };
  return {
    get: (url) => send('GET', url, {}),
    post: (url, headers, body) => send('POST', url, { ...headers }, body),
  };
}
