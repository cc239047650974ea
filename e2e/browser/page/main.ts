// What the page offers to the test that drives it.

import { runVectors } from '../../../packages/stir/test/runtime-vectors/run-vectors.ts';
import { placeAndVerify } from './call.ts';
import { crypto } from './parties.ts';
import { canRead } from './services.ts';

export const offered = {
  canRead,
  placeAndVerify,
  runVectors: (files: Readonly<Record<string, unknown>>) => runVectors(files, { portable: crypto }),
};

export type Offered = typeof offered;

Object.assign(globalThis, { offered });
