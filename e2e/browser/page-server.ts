// Serves the page of the browser's tests on loopback: one empty document and one script, bundled once.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export interface PageServer {
  readonly port: number;
  close(): Promise<void>;
}

const DOCUMENT =
  '<!doctype html><meta charset="utf-8"><title>oobleck</title><script type="module" src="/page.js"></script>';

export async function servePage(): Promise<PageServer> {
  const script = await bundle(fileURLToPath(new URL('page/main.ts', import.meta.url)));
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js';
    response
      .writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' })
      .end(isScript ? script : DOCUMENT);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bundle(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'page' } },
  });
  const [{ output }] = built as unknown as [{ output: [{ code: string }] }];
  return output[0].code;
}
