// The connections of the safe client, with a way out of a state in which undici 8 stays for good: where an answer over
// HTTP/2 has another length than announced it ends the session, and goes on handing requests to what it ended. Whoever
// finds that out renews the agent: requests under way finish on the old one, new ones get new connections.

import type { Agent } from 'undici';

export interface RenewableAgent {
  current(): Agent;
  /**
   * Takes an agent out of use that refuses all requests, if `error` says so.
   * @returns whether it does: then the request was never sent
   */
  renewAfter(error: unknown, agent: Agent): boolean;
  close(): Promise<void>;
}

/** Of a request that was handed to a session which had ended before. */
const DEAD_SESSION = 'ERR_HTTP2_INVALID_SESSION';

export function createRenewableAgent(create: () => Agent): RenewableAgent {
  let agent = create();
  const retired = new Set<Agent>();
  const retire = (one: Agent): void => {
    retired.add(one);
    void one
      .close()
      .catch(() => undefined)
      .finally(() => retired.delete(one));
  };
  return {
    current: () => agent,
    renewAfter(error, failed) {
      if (!isDeadSession(error)) return false;
      if (failed === agent) {
        agent = create();
        retire(failed);
      }
      return true;
    },
    async close() {
      await Promise.all([agent, ...retired].map((one) => one.destroy()));
    },
  };
}

function isDeadSession(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause)
    if ('code' in inner && inner.code === DEAD_SESSION) return true;
  return false;
}
