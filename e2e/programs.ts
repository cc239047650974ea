// Programs from Debian that the end-to-end tests run. Where they are missing the tests are skipped with a word about
// it; with OOBLECK_TEST_ALL=1 they fail instead.

import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const DEBIAN_PACKAGES =
  'kamailio kamailio-extra-modules kamailio-secsipid-modules kamailio-utils-modules sip-tester chromium';

const MODULES = ['jansson.so', 'uuid.so', 'http_client.so'];
const SEARCHED = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];

export function findProgram(name: string): string | undefined {
  return SEARCHED.map((folder) => join(folder, name)).find(isExecutable);
}

/**
 * Whether the test file cannot run here, said on standard error.
 * @param names programs, and modules of Kamailio (`secsipid.so`)
 * @throws Error where OOBLECK_TEST_ALL=1 asks for everything
 */
export function isMissing(...names: readonly string[]): boolean {
  const missing = [
    ...names.filter((name) => !(name.endsWith('.so') ? hasModule(name) : findProgram(name) !== undefined)),
    ...(names.includes('kamailio') ? MODULES.filter((name) => !hasModule(name)) : []),
  ];
  if (missing.length === 0) return false;
  const sentence = `missing ${missing.join(', ')}: apt-get install ${DEBIAN_PACKAGES}`;
  if (process.env.OOBLECK_TEST_ALL === '1') throw new Error(sentence);
  process.stderr.write(`end-to-end tests skipped, ${sentence}\n`);
  return true;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Debian keeps modules in /usr/lib/<architecture>/kamailio/modules. */
function hasModule(name: string): boolean {
  return readdirSync('/usr/lib', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .some((entry) => isReadable(join('/usr/lib', entry.name, 'kamailio/modules', name)));
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
