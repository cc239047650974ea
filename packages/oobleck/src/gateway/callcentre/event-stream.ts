// Events to one listener as server-sent events: the text of each, a comment now and then so that both sides know the
// other is there, and an end to who does not read.

import type { ServerResponse } from 'node:http';
import { liftResponseLimit } from '../../http/index.ts';
import type { BoardEvent, EventBoard } from './event-board.ts';

export interface EventStreamOrder {
  readonly tenant: string;
  readonly lastId: string | undefined;
  readonly heartbeatMs: number;
  /** Runs `action` once, later. @returns what calls it off */
  readonly schedule: (action: () => void, delayMs: number) => () => void;
}

/** What may wait for one listener. */
const MAXIMUM_WAITING_BYTES = 262_144;

/** @returns what ends it */
export function sendEvents(board: EventBoard, response: ServerResponse, order: EventStreamOrder): () => void {
  const { tenant, lastId, heartbeatMs, schedule } = order;
  liftResponseLimit(response);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const write = (text: string): void => {
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength + text.length > MAXIMUM_WAITING_BYTES) response.destroy();
    else response.write(text);
  };
  const beat = (): void => {
    write(': still here\n\n');
    callOff = schedule(beat, heartbeatMs);
  };
  let callOff = schedule(beat, heartbeatMs);
  write(': events of calls\n\n');
  const endListening = board.listen(tenant, lastId, (event) => write(formatEvent(event)));
  response.on('error', () => undefined);
  response.once('close', () => {
    callOff();
    endListening();
  });
  return () => void response.end();
}

/** JSON has no line breaks, so an event is one line of data. */
function formatEvent({ id, name, data }: BoardEvent): string {
  return `${id === '' ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;
}
