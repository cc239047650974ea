import { describe, expect, it } from 'vitest';
import { readBodyObject } from './request-reader.ts';

describe('the body of a request', () => {
  it.each([
    ['nothing at all', '', 'SVC4000'],
    ['no JSON', '{', 'SVC4006'],
    ['a list', '[]', 'SVC4006'],
    ['a name twice', '{"a":1,"a":1}', 'SVC4006'],
  ])('that is %s is refused as ATIS-1000082 has it', (_, text, id) =>
    expect(() => readBodyObject(Buffer.from(text))).toThrow(expect.objectContaining({ id })),
  );
});
