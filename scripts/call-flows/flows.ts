// The call flows that the end-to-end tests play, in the order of `docs/call-flows.md`, which is drawn from this. Each is
// written in the file of its noun.

import { CALL_CENTRE } from './call-centre.ts';
import { CERTIFICATES } from './certificates.ts';
import type { Flow } from './flow.ts';
import { FURTHER_CASES } from './further-cases.ts';
import { REPETITIONS } from './repetitions.ts';
import { SILENT_CPS } from './silent-cps.ts';
import { USE_CASES } from './use-cases.ts';

export const FLOWS: readonly Flow[] = [
  ...USE_CASES,
  ...CALL_CENTRE,
  ...FURTHER_CASES,
  ...REPETITIONS,
  ...SILENT_CPS,
  ...CERTIFICATES,
];
