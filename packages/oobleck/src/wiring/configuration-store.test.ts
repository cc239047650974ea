import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../operate/index.ts';
import { parseStoreAddress } from './configuration-store.ts';

const ONE = { kind: 'redis', isCluster: false, isTls: false, database: 0, replicas: 0 };

describe('where a process keeps its things', () => {
  it.each([
    ['memory:', { kind: 'memory' }],
    ['lmdb:/var/lib/oobleck', { kind: 'lmdb', folder: '/var/lib/oobleck' }],
    ['lmdb:store', { kind: 'lmdb', folder: 'store' }],
    ['redis://localhost', { ...ONE, nodes: [{ host: 'localhost', port: 6_379 }] }],
    [
      'rediss://user:p%40ss@[::1]:7000/3?replicas=2',
      {
        ...ONE,
        isTls: true,
        nodes: [{ host: '::1', port: 7_000 }],
        username: 'user',
        password: 'p@ss',
        database: 3,
        replicas: 2,
      },
    ],
    ['redis://:secret@h/', { ...ONE, nodes: [{ host: 'h', port: 6_379 }], password: 'secret' }],
    [
      'redis-cluster://a:1,b:2,10.0.0.1',
      {
        ...ONE,
        isCluster: true,
        replicas: 1,
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
          { host: '10.0.0.1', port: 6_379 },
        ],
      },
    ],
    [
      'rediss-cluster://a?replicas=0',
      { ...ONE, isCluster: true, isTls: true, nodes: [{ host: 'a', port: 6_379 }] },
    ],
  ])('%s', (url, address) => {
    expect(parseStoreAddress(url)).toEqual(address);
  });

  it.each([
    'redis://',
    'redis://secret:secret@',
    'redis://a,b',
    'redis://a:99999',
    'redis://a/secret',
    'redis://a?secret=1',
    'redis://%ZZ@a',
    'redis-cluster://a,,b',
    'mysql://secret',
  ])('refuses %s and does not repeat it', (url) => {
    try {
      parseStoreAddress(url);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      expect((error as ConfigurationError).message).toMatch(/^store: expected memory:/);
      expect((error as ConfigurationError).message).not.toContain('secret');
    }
  });
});
