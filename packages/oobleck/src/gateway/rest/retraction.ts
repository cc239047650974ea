// `POST /stir/v1/retraction`: the call is answered or given up, and what was left for it may be taken back. Nothing says
// whether there was anything.

import type { JsonObject } from '@oobleck/stir/json';
import type { OfferedCall } from '../trunk/index.ts';
import { type Asker, trunkOf } from './asker.ts';
import { readCallId, required, requireObject, requireParties, requireParty } from './request-reader.ts';

/** @throws AtisRefusal */
export function readRetraction(body: JsonObject, asker: Asker): OfferedCall {
  const request = requireObject(body, 'retractionRequest');
  required(request, 'callId');
  const trunk = trunkOf(request, asker, 'outgoing');
  const [called, ...alsoCalled] = requireParties(request, 'dest', trunk.numbers);
  return {
    trunk,
    callId: readCallId(request, ''),
    caller: requireParty(request, 'orig', trunk.numbers),
    called: called!,
    alsoCalled,
  };
}
