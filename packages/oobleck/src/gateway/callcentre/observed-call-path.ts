// A call path whose arriving calls the agents see: what the path verified is told as it is; a call that the path let go
// without a PASSporT is watched further, since one may still come while it rings. The path's own answer is the same.

import type { ArrivedCall } from '@oobleck/stir/call';
import type { CallPath, OfferedCall, ReceivedAnswer } from '../trunk/index.ts';
import type { Correlator } from './correlator.ts';

/** @param callOf the call as the path sees it; `undefined` for one without telephone numbers */
export function observeCallPath(
  path: CallPath,
  correlator: Correlator,
  callOf: (offer: OfferedCall) => ArrivedCall | undefined,
): CallPath {
  const told = new WeakSet<object>();
  const observed = (offer: OfferedCall, answer: ReceivedAnswer): ReceivedAnswer => {
    const call = callOf(offer);
    // The same INVITE again gets the same verdict, the very value, and is no second call.
    if (call === undefined || told.has(answer.verdict)) return answer;
    told.add(answer.verdict);
    if (answer.verdict.status === 'verified') correlator.decided(call, answer.verdict);
    else correlator.arrive(call);
    return answer;
  };
  return {
    ...path,
    receive(offer) {
      const answer = path.receive(offer);
      return answer instanceof Promise
        ? answer.then((later) => observed(offer, later))
        : observed(offer, answer);
    },
  };
}
