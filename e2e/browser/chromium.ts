// Debian's Chromium without a window, with a profile of its own that ends with it. It trusts one TLS key beside the
// usual authorities: the lab's.

import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { findProgram } from '../programs.ts';

export interface Browser {
  /** A new page at that address. */
  open(url: string): Promise<Page>;
  close(): Promise<void>;
}

const QUIET = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** @param tlsPem certificate whose key is taken whatever authority issued it */
export async function startChromium(tlsPem: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'oobleck-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findProgram('chromium')!,
    args: [...QUIET, `--ignore-certificate-errors-spki-list=${spkiDigest(tlsPem)}`],
  });
  return {
    async open(url) {
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function spkiDigest(pem: string): string {
  const spki = new X509Certificate(pem).publicKey.export({ format: 'der', type: 'spki' });
  return createHash('sha256').update(spki).digest('base64');
}
