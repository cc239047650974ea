import { describe, expect, it } from 'vitest';
import { type BoardEvent, createEventBoard } from './index.ts';

function listening(board: ReturnType<typeof createEventBoard>, tenant = 't', lastId?: string) {
  const seen: BoardEvent[] = [];
  const end = board.listen(tenant, lastId, (event) => seen.push(event));
  return { names: () => seen.map(({ name, data }) => (name === 'gap' ? name : data)), seen, end };
}

describe('events for agents', () => {
  it('go to those who listen, of their own tenant, until they go', () => {
    const board = createEventBoard('e');
    const [one, other] = [listening(board), listening(board, 'other')];
    board.publish('t', 'call', { n: 1 });
    expect(one.seen).toEqual([{ id: 'e-1', name: 'call', data: '{"n":1}' }]);
    expect(other.seen).toEqual([]);
    one.end();
    board.publish('t', 'call', { n: 2 });
    expect([one.seen.length, board.listeners('t'), board.listeners('other')]).toEqual([1, 0, 1]);
  });

  it('are told again from where a listener was', () => {
    const board = createEventBoard('e');
    for (let n = 1; n <= 4; n++) board.publish('t', 'call', { n });
    expect(listening(board, 't', 'e-2').names()).toEqual(['{"n":3}', '{"n":4}']);
    expect(listening(board, 't', 'e-4').names()).toEqual([]);
    expect(listening(board, 't').names()).toEqual([]);
  });

  it('are kept in a bounded ring; who was away for longer is told of a gap', () => {
    const board = createEventBoard('e', 3);
    for (let n = 1; n <= 6; n++) board.publish('t', 'call', { n });
    expect(listening(board, 't', 'e-3').names()).toEqual(['{"n":4}', '{"n":5}', '{"n":6}']);
    expect(listening(board, 't', 'e-2').names()).toEqual(['gap', '{"n":4}', '{"n":5}', '{"n":6}']);
  });

  it.each(['earlier-3', 'e-', 'e-x', 'e-99', '-', 'e-1e1'])(
    'an id that is not one of this process’s own (%s) is a gap',
    (id) => {
      const board = createEventBoard('e');
      board.publish('t', 'call', { n: 1 });
      expect(listening(board, 't', id).names()[0]).toBe('gap');
    },
  );
});
