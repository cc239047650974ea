// Sends replies on a beat: however long one took to make, it leaves at the next multiple of the beat.

export type ReplyBeat = (send: () => void) => void;

export function createReplyBeat(beatMs: number): ReplyBeat {
  let waiting: (() => void)[] = [];
  const sendAll = (): void => {
    const due = waiting;
    waiting = [];
    for (const send of due) send();
  };
  return (send) => {
    waiting.push(send);
    if (waiting.length === 1) setTimeout(sendAll, beatMs - (performance.now() % beatMs));
  };
}
