// What an agent's software hears of a call centre's calls: a client of server-sent events, as much of it as a test needs.

export interface AgentEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly heardAtMs: number;
}

export interface AgentScreen {
  heard(): readonly AgentEvent[];
  close(): Promise<void>;
}

/** @returns once the events flow */
export async function openAgentScreen(url: string): Promise<AgentScreen> {
  const ending = new AbortController();
  const response = await fetch(url, { signal: ending.signal });
  if (!response.ok || response.body === null) throw new Error(`events were answered with ${response.status}`);
  const heard: AgentEvent[] = [];
  const reading = (async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body!) {
      text += decoder.decode(bytes, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) heard.push(...readEvent(block));
    }
  })().catch(() => undefined);
  return {
    heard: () => heard,
    async close() {
      ending.abort();
      await reading;
    },
  };
}

/** Comments, which keep the connection alive, are no events. */
function readEvent(block: string): AgentEvent[] {
  const field = (name: string): string | undefined => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
  const event = field('event');
  if (event === undefined) return [];
  return [{ event, data: JSON.parse(field('data') ?? '{}'), heardAtMs: Date.now() }];
}
