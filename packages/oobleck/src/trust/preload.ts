// Chains that are there before the first call: a folder of files `NAME.pem`, each a chain, signer first, with the URL it is served at
// in a line `# https://...` before the first certificate.

import type { Certificate } from '@oobleck/stir/certificate';
import { parseServedChain } from './parse-chain.ts';
import { parseX5u } from './x5u.ts';

export interface PreloadedChain {
  readonly url: string;
  readonly chain: readonly Certificate[];
}

/** From the text of one file; `undefined` where it has no such line, or no chain. @param allowPorts as for `parseX5u` */
export function parsePreloadedChain(
  text: string,
  allowPorts?: readonly number[],
): PreloadedChain | undefined {
  const head = text.split('-----BEGIN', 1)[0]!;
  const urls = head.split(/\r?\n/).flatMap((line) => /^#\s*(https:\/\/\S+)\s*$/i.exec(line)?.[1] ?? []);
  const url = urls.length === 1 ? parseX5u(urls[0]!, allowPorts) : undefined;
  const chain = parseServedChain(Buffer.from(text));
  return url === undefined || chain === undefined ? undefined : { url: url.href, chain };
}
