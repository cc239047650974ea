// The protocol in a browser, for real: Debian's Chromium checks the vectors, and a page places and verifies a call at
// the lab's services over HTTPS, with `fetch` and nothing else.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HANDSET_NUMBER, type Lab, writeLab } from '../../packages/oobleck/src/lab/lab-files.ts';
import { type RunningNode, startNode } from '../../packages/oobleck/src/wiring/index.ts';
import { readVectors } from '../../packages/stir/test/runtime-vectors/read-vectors.ts';
import { isMissing } from '../programs.ts';
import { type Browser, startChromium } from './chromium.ts';
import type { Offered } from './page/main.ts';
import type { LabDescription, PartyFiles } from './page/parties.ts';
import { type PageServer, servePage } from './page-server.ts';

declare const offered: Offered;

describe.skipIf(isMissing('chromium'))('in Chromium', () => {
  let folder: string;
  let lab: Lab;
  let server: PageServer;
  let services: RunningNode;
  let browser: Browser;
  let page: Page;

  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const party = (name: string, number: string): PartyFiles => ({
    chainPem: read(`${name}.pem`),
    keyPem: read(`${name}.key`),
    number,
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'oobleck-browser-'));
    lab = await writeLab(folder, Date.now());
    server = await servePage();
    const cors = { origins: [`http://127.0.0.1:${server.port}`] };
    const { listen } = lab.bravo.services;
    services = await startNode({ ...lab.bravo.services, listen: { ...listen!, cors } }, folder);
    browser = await startChromium(read('tls.pem'));
    page = await browser.open(`http://127.0.0.1:${server.port}/`);
  });

  afterAll(async () => {
    await browser?.close();
    await services?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('stir passes its vectors with the portable adapter', async () => {
    const files = readVectors();
    const { checked, faults } = await page.evaluate((given) => offered.runVectors(given), files);
    expect(faults).toEqual([]);
    expect(checked).toEqual(Object.keys(files).map((name) => `${name} with portable crypto`));
  });

  it('a page places a call and verifies it', async () => {
    const description: LabDescription = {
      origin: lab.bravo.origin,
      anchorPem: lab.authority.rootPem,
      certificateUrl: `${lab.alpha.origin}/certificates/alpha.pem`,
      caller: party('alpha', '12025550101'),
      called: party('handset', HANDSET_NUMBER.slice(2)),
    };
    const report = await page.evaluate((given) => offered.placeAndVerify(given), description);
    expect(report).toEqual({
      registered: 201,
      before: 0,
      keys: 1,
      deposited: 201,
      spentTwice: 409,
      verdict: {
        verstat: 'TN-Validation-Passed',
        reason: 'verified',
        authority: 'provider',
        attestation: 'A',
      },
      forged: { verstat: 'No-TN-Validation', reason: 'caller-mismatch' },
    });
  });

  it('a page of another origin reads nothing', async () => {
    const url = `${lab.bravo.origin}/certificates/bravo.pem`;
    expect(await page.evaluate((given) => offered.canRead(given), url)).toBe(true);
    const stranger = await browser.open(`http://localhost:${server.port}/`);
    expect(await stranger.evaluate((given) => offered.canRead(given), url)).toBe(false);
  });
});
