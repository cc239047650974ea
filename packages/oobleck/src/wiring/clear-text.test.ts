// The operator's rules about neighbours in clear: who is shown what, and who is asked.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tn } from '../../test/network.ts';
import { type Lab, writeLab } from '../lab/index.ts';
import { createEventLog } from '../operate/index.ts';
import { startClearText } from './clear-text.ts';
import type { Configuration } from './configuration.ts';
import { createEnvironment, type Environment } from './environment.ts';
import { createMemoryStores } from './stores.ts';

let folder: string;
let lab: Lab;
let environment: Environment;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-clear-'));
  lab = await writeLab(folder, Date.now());
  environment = createEnvironment(lab.alpha.calls, folder, createMemoryStores(Date.now), {
    log: createEventLog({ level: 'silent' }),
  });
});
afterAll(async () => {
  environment.timers.close();
  await environment.clients.close();
  rmSync(folder, { recursive: true, force: true });
});

type Rules = Partial<NonNullable<Configuration['clearText']>>;

function start(rules: Rules) {
  const peer = (name: string) => ({
    name,
    profile: '96' as const,
    url: `https://${name}.example`,
    certificateUrl: 'https://cr.example/alpha.pem',
    chainFile: 'alpha.pem',
    keyFile: 'alpha.key',
  });
  const clearText = { peers: ['one', 'two', 'three'].map(peer), ...rules };
  return startClearText({ ...lab.alpha.calls, clearText }, environment)!;
}

/** In the lab's number map, 12155... is of 5678. */
const OF_BRAVO = tn('12155000101');
const ELSEWHERE = tn('19995550101');
const ready = () => true;

it('shows nothing to anybody before it is known which numbers are pinned', async () => {
  let isReady = false;
  const { placement, close } = start({ publish: [{ peers: ['one'] }] });
  const { routeFor } = placement(() => isReady);
  const question = { tenant: 'alpha', called: ELSEWHERE, peers: ['two'] };
  expect(routeFor(question)).toBeUndefined();
  isReady = true;
  expect(routeFor(question)?.peers).toHaveLength(2);
  await close();
});

it('goes by tenant and number, numbers of a provider by the number map among them', async () => {
  const { placement, close } = start({
    publish: [
      { tenant: 'alpha', numbers: ['0-5678'], peers: ['one'] },
      { numbers: ['1-19995550000-1000'], peers: ['two', 'three'], instead: true },
    ],
  });
  const { routeFor } = placement(ready);
  expect(routeFor({ tenant: 'alpha', called: OF_BRAVO })).toMatchObject({ isInstead: false, peers: [{}] });
  expect(routeFor({ tenant: 'another', called: OF_BRAVO })).toBeUndefined();
  expect(routeFor({ tenant: 'another', called: ELSEWHERE })).toMatchObject({
    isInstead: true,
    peers: [{}, {}],
  });
  expect(routeFor({ tenant: 'alpha', called: tn('17775550101') })).toBeUndefined();
  await close();
});

it('a trunk adds its peers, each once, and never instead of what is sealed', async () => {
  const { placement, close } = start({ publish: [{ peers: ['one'] }] });
  const route = placement(ready).routeFor({ tenant: 'alpha', called: ELSEWHERE, peers: ['one', 'two', 'x'] });
  expect(route).toMatchObject({ isInstead: false, peers: [{}, {}] });
  await close();
  const none = start({});
  const { routeFor } = none.placement(ready);
  expect(routeFor({ tenant: 'alpha', called: ELSEWHERE })).toBeUndefined();
  expect(routeFor({ tenant: 'alpha', called: ELSEWHERE, peers: ['two'] })?.peers).toHaveLength(1);
  await none.close();
});

it('asks by rules of its own', async () => {
  const { retrieval, close } = start({
    publish: [{ peers: ['one'] }],
    retrieve: [{ tenant: 'alpha', numbers: ['1-19995550000-1000'], peers: ['two'] }],
  });
  expect(retrieval.sourcesFor({ tenant: 'alpha', called: OF_BRAVO })).toHaveLength(0);
  expect(retrieval.sourcesFor({ tenant: 'alpha', called: ELSEWHERE })).toHaveLength(1);
  expect(retrieval.sourcesFor({ tenant: 'another', called: ELSEWHERE, peers: ['three'] })).toHaveLength(1);
  await close();
});
