import { expect, it } from 'vitest';
import { createReadiness } from './readiness.ts';

it('is ready while every check holds; one that throws does not', () => {
  const readiness = createReadiness();
  expect(readiness.state()).toEqual({ isReady: true, isDraining: false, checks: {} });
  let isStoreThere = true;
  readiness.add('store', () => isStoreThere);
  const remove = readiness.add('keys', () => {
    throw new Error('away');
  });
  expect(readiness.state()).toEqual({
    isReady: false,
    isDraining: false,
    checks: { store: true, keys: false },
  });
  remove();
  expect(readiness.state().isReady).toBe(true);
  isStoreThere = false;
  expect(readiness.state()).toMatchObject({ isReady: false, checks: { store: false } });
});

it('draining makes it unready, whatever the checks say, and stays', () => {
  const readiness = createReadiness();
  readiness.add('store', () => true);
  readiness.drain();
  expect(readiness.state()).toEqual({ isReady: false, isDraining: true, checks: { store: true } });
});
