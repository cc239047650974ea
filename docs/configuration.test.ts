// The reference is what the schema says.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { formatReference } from '../scripts/configuration-reference.ts';

it('docs/configuration.md is up to date (npm run configuration writes it)', () => {
  expect(readFileSync(fileURLToPath(new URL('configuration.md', import.meta.url)), 'utf8')).toBe(
    formatReference(),
  );
});

it('names fields at every depth', () => {
  const reference = formatReference();
  for (const field of ['trust.caList.signerFile', 'authentication.tenants[].allowedNumbers', 'metrics.port'])
    expect(reference).toContain(`| \`${field}\` |`);
});
