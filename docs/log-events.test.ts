// Every event that the program logs is told in operating.md, and every record says which role wrote it.

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = globSync('packages/oobleck/src/**/*.ts', { cwd: ROOT })
  .filter((path) => !/(\.test|-fixture|-contract)\.ts$/.test(path))
  .map((path) => ({ path, text: readFileSync(`${ROOT}/${path}`, 'utf8') }));
const RECORDS = SOURCES.flatMap(({ path, text }) =>
  [...text.matchAll(/\blog\s*\.(?:debug|info|warn|error)\(\s*'([a-z-]+)'([^;]*)/g)].map((match) => ({
    path,
    event: match[1]!,
    fields: match[2]!,
  })),
);

it('operating.md names each event', () => {
  const document = readFileSync(`${ROOT}/docs/operating.md`, 'utf8');
  const log = document.slice(document.indexOf('## The log'));
  expect(RECORDS.length).toBeGreaterThan(20);
  expect(RECORDS.filter(({ event }) => !log.includes(`\`${event}\``))).toEqual([]);
});

it('each record says its role, but one made for any of them', () => {
  const without = RECORDS.filter(({ fields }) => !/\brole\b/.test(fields)).map(({ event }) => event);
  expect(without).toEqual(['unforeseen-error']);
});
