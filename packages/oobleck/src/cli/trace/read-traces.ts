// The answer of `GET /stir/v1/traces/{callId}`: words from closed lists and times. Whatever else came is not shown to a
// person, and not believed.

import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { CommandFault } from '../command/command-fault.ts';
import { EXIT } from '../command/exit-code.ts';

const WORD = '^[a-z][a-z0-9-]{0,63}$';
const STEP = Type.Object({
  step: Type.String({ pattern: WORD }),
  ms: Type.Number({ minimum: 0 }),
  reason: Type.String({ pattern: WORD }),
});
const TRACE = Type.Object({
  traceId: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
  trunk: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9._-]{0,63}$' }),
  direction: Type.Union([Type.Literal('outgoing'), Type.Literal('incoming')]),
  offeredAtMs: Type.Number({ minimum: 0, maximum: 8.64e15 }),
  steps: Type.Array(STEP, { maxItems: 64 }),
});
const ANSWER = Type.Object({ traces: Type.Array(TRACE, { maxItems: 10_000 }) });

export type ReadTrace = Static<typeof TRACE>;

/** @throws CommandFault for what no such interface says */
export function readTraces(body: Uint8Array): readonly ReadTrace[] {
  try {
    const answer = Value.Clean(ANSWER, JSON.parse(new TextDecoder().decode(body)));
    if (Value.Check(ANSWER, answer)) return answer.traces;
  } catch {
    // no JSON: said below
  }
  throw new CommandFault('what answers there is not the REST interface', EXIT.unavailable);
}
