// The HTTP half of the recipe for drachtio, as it stands in the document, against two real carriers in this process. The
// recipe for Kamailio is played in e2e; the others cannot be run here, and say so.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningLab, startLab } from '../packages/oobleck/src/lab/index.ts';

const SWITCHES = fileURLToPath(new URL('./switches', import.meta.url));

interface Recipe {
  sign(call: Call): Promise<string | undefined>;
  verify(call: Call & { readonly identity?: string }): Promise<string>;
}
interface Call {
  readonly callId: string;
  readonly calling: string;
  readonly called: string;
}

describe('drachtio', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-switches-'));
  let lab: RunningLab;
  let alpha: Recipe;
  let bravo: Recipe;

  /** The document's block, asking this origin. */
  const recipeFor = async (name: string, origin: string): Promise<Recipe> => {
    const text = readFileSync(join(SWITCHES, 'drachtio.md'), 'utf8');
    const block = /^```js\n(.*?)^```$/ms.exec(text)![1]!;
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, block.replace('http://127.0.0.1:8080', origin));
    return (await import(pathToFileURL(file).href)) as Recipe;
  };

  beforeAll(async () => {
    lab = await startLab(folder);
    await lab.alpha.calls.calling!.fillWallet();
    alpha = await recipeFor('alpha', lab.alpha.calls.restOrigin!);
    bravo = await recipeFor('bravo', lab.bravo.calls.restOrigin!);
  }, 60_000);
  afterAll(async () => {
    await lab?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('signs a call, which then verifies without its Identity', async () => {
    const call = { callId: 'first', calling: '+12025550101', called: '+12155000101' };
    expect(await alpha.sign(call)).toMatch(/;ppt="?shaken"?$/);
    expect(await bravo.verify(call)).toBe('TN-Validation-Passed');
  });

  it('takes an Identity along', async () => {
    const call = { callId: 'second', calling: '+12025550102', called: '+12155000102' };
    const identity = (await alpha.sign(call))!;
    expect(await bravo.verify({ ...call, identity })).toBe('TN-Validation-Passed');
    const altered = { ...call, callId: 'third', calling: '+12025550103', identity };
    expect(await bravo.verify(altered)).toBe('TN-Validation-Failed');
  });

  it('lets a call go on that nobody answers for, or whose numbers are none', async () => {
    const nobody = await recipeFor('nobody', 'http://127.0.0.1:1');
    const call = { callId: 'fourth', calling: '+12025550104', called: '+12155000104' };
    expect(await nobody.sign(call)).toBeUndefined();
    expect(await nobody.verify(call)).toBe('No-TN-Validation');
    expect(await bravo.verify({ ...call, calling: 'anonymous' })).toBe('No-TN-Validation');
  });
});

describe('the recipes', () => {
  const recipes = readdirSync(SWITCHES).filter((name) => name !== 'README.md');

  it('all stand in the table', () => {
    const table = readFileSync(join(SWITCHES, 'README.md'), 'utf8');
    expect(recipes.filter((name) => !table.includes(`(${name})`))).toEqual([]);
  });

  it.each(recipes.filter((name) => name !== 'kamailio.md'))('%s says that it was not run', (name) => {
    expect(readFileSync(join(SWITCHES, name), 'utf8')).toContain('**Not run here.**');
  });
});
