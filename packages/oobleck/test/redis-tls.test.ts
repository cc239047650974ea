// A CPS whose Redis speaks TLS and wants a password (`rediss://`): it is used where its certificate holds for the name in
// the URL, and where it does not nothing is sent to it, and nothing of the URL is told.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTlsAuthority, type TlsAuthority } from '../src/lab/tls-authority.ts';
import { ask, type CpsLab, createCpsLab, textOf } from './cps-lab.ts';
import { hasRedis, type RedisServers, startRedisOverTls } from './redis-servers.ts';

describe.runIf(hasRedis())('Redis over TLS', () => {
  let authority: TlsAuthority;
  let redis: RedisServers;
  let lab: CpsLab;
  let caFile: string;

  beforeAll(async () => {
    authority = await createTlsAuthority({ nowMs: Date.now() });
    redis = await startRedisOverTls(await authority.issueServer(['localhost']));
    lab = await createCpsLab();
    caFile = join(lab.folder, 'redis-ca.pem');
    writeFileSync(caFile, authority.ca);
  }, 60_000);
  afterAll(async () => {
    await lab?.close();
    await redis?.close();
  });

  it('deposits lie there, and are found', async () => {
    await lab.serve({ store: redis.url }, { NODE_EXTRA_CA_CERTS: caFile });
    await lab.register();
    const session = lab.connect();
    const request = lab.deposit(7);
    expect((await ask(session, request)).status).toBe(201);
    expect(await lab.retrieveAll(session)).toEqual(new Set([textOf(request.body!)]));
    const [server] = redis.servers;
    expect(await server!.client.dbsize()).toBeGreaterThan(0);
    session.close();
  }, 60_000);

  it.each<[string, (url: string) => string, boolean]>([
    ['by an authority that is not trusted', (url) => url, false],
    ['for another name', (url) => url.replace('localhost', '127.0.0.1'), true],
    ['where the password is wrong', (url) => url.replace(/:[^:@]*@/, ':wrong-password@'), true],
  ])(
    'a certificate %s: the process does not start, and tells nobody the password',
    async (_why, change, isTrusted) => {
      const before = Number(await redis.servers[0]!.client.dbsize());
      const url = change(redis.url);
      const starting = lab.serve({ store: url }, isTrusted ? { NODE_EXTRA_CA_CERTS: caFile } : {});
      const error = await starting.then(
        () => undefined,
        (cause: Error) => cause,
      );
      expect(error?.message).toContain('cannot reach the store');
      expect(error?.message).not.toMatch(/p(@|%40)ss|wrong-password/);
      expect(await redis.servers[0]!.client.dbsize()).toBe(before);
    },
    60_000,
  );
});
