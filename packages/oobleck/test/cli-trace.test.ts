// `oobleck trace` against running processes: what was done about a call, for whoever may ask, and never a number.

import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTlsAuthority } from '../src/lab/tls-authority.ts';
import { createEventLog } from '../src/operate/index.ts';
import { type Configuration, type RunningNode, startNode } from '../src/wiring/index.ts';
import { type CliFolder, createCliFolder } from './cli-process.ts';

const CALL = 'a84b4c76e66710@gw-12025550123.example';
const KEY = '0123456789abcdef0123456789abcdef';
const CALLER = '12025550123';
let cli: CliFolder;
const nodes: RunningNode[] = [];

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function start(rest: Partial<NonNullable<Configuration['rest']>>): Promise<string> {
  const alpha = JSON.parse(readFileSync(cli.path('alpha-calls.json'), 'utf8')) as Configuration;
  const { verification: _, ...calls } = alpha;
  const configuration: Configuration = {
    ...calls,
    authentication: { ...calls.authentication!, directories: [] },
    trunks: [{ name: 'to-tandem', tenant: 'alpha', direction: 'outgoing', attestation: 'A' }],
    rest: { port: 0, ...rest },
  };
  const node = await startNode(configuration, cli.folder, { log: createEventLog({ level: 'silent' }) });
  nodes.push(node);
  await node.switches.path.place({
    trunk: node.switches.trunks.byName('to-tandem')!,
    callId: CALL,
    caller: CALLER,
    called: '12155000777',
  });
  return node.restOrigin!;
}

beforeAll(async () => {
  cli = await createCliFolder();
});
afterAll(async () => {
  for (const node of nodes) await node.close();
  cli?.remove();
});

describe('on this machine', () => {
  let url: string;
  beforeAll(async () => {
    url = await start({});
  });

  it('shows each step with its time, and neither a number nor the id of the call', async () => {
    const { code, out, error } = await cli.run(['trace', CALL, '--url', url]);
    expect(error).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^[0-9T:.Z-]{24} {2}outgoing, trunk to-tandem\n( +[0-9]+\.[0-9] ms {2}[a-z]+ +[a-z-]+\n){4,}/,
    );
    expect(out).toMatch(/decided +signed\n.*decided +out-of-band-no-key\n.*answered +continue\n/);
    expect(out).toMatch(/1 time asked\n$/);
    // A trace's own id is random, and may have seven digits in a row.
    expect(out.replace(/^ +trace [0-9a-f-]{36}$/gm, '')).not.toMatch(/[0-9]{7}|a84b4c/);
    expect(await cli.run(['trace', '-', '--url', url], `${CALL}\n`)).toMatchObject({ code: 0, out });
  });

  it('as JSON for programs; the id of the trace finds it as well', async () => {
    const { code, value } = await cli.json<{ traces: { traceId: string }[] }>('trace', CALL, '--url', url);
    expect(code).toBe(0);
    expect(value.traces).toHaveLength(1);
    expect(value.traces[0]).toMatchObject({ trunk: 'to-tandem', direction: 'outgoing' });
    const again = await cli.json('trace', value.traces[0]!.traceId, '--url', url);
    expect(again.value).toEqual(value);
    expect(JSON.stringify(value)).not.toContain(CALLER);
  });

  it('a call that nothing is known of is 1, wrong usage 2, nobody there 69', async () => {
    const unknown = await cli.run(['trace', 'another', '--url', url]);
    expect(unknown).toMatchObject({ code: 1, out: 'nothing is known of that call\n' });
    expect(await cli.run(['trace', CALL])).toMatchObject({ code: 2 });
    expect(await cli.run(['trace', CALL, '--url', `${url}/stir`])).toMatchObject({ code: 2 });
    expect(await cli.run(['trace', '', '--url', url])).toMatchObject({ code: 2 });
    expect(await cli.run(['trace', CALL, '--url', 'http://192.0.2.1'])).toMatchObject({ code: 69 });
    expect(await cli.run(['trace', CALL, '--url', 'http://127.0.0.1:1'])).toMatchObject({ code: 69 });
  });

  it('the address may come out of the configuration', async () => {
    const configuration = JSON.parse(cli.read('alpha-calls.json')) as Configuration;
    const port = Number(new URL(url).port);
    cli.write('here.json', JSON.stringify({ ...configuration, rest: { port } }));
    expect(await cli.run(['trace', CALL, '--config', cli.path('here.json')])).toMatchObject({ code: 0 });
    cli.write('here.json', JSON.stringify({ ...configuration, rest: { port: 'x' } }));
    const faulty = await cli.run(['trace', CALL, '--config', cli.path('here.json')]);
    expect(faulty.code).toBe(2);
    expect(faulty.error).toContain('rest.port');
    const none = await cli.run(['trace', CALL, '--config', cli.path('alpha-services.json')]);
    expect(none).toMatchObject({ code: 2, error: 'oobleck: --config: no REST interface runs there\n' });
  });
});

it('with bearer keys: the key of a tenant is needed, and is said nowhere', async () => {
  const bearerKeys = [{ tenant: 'alpha', sha256: sha256(KEY) }];
  const url = await start({ bearerKeys });
  const without = await cli.run(['trace', CALL, '--url', url]);
  expect(without.code).toBe(2);
  expect(without.error).toContain('--bearer-key');
  cli.write('key', `${KEY}\n`);
  const found = await cli.run(['trace', CALL, '--url', url, '--bearer-key', cli.path('key')]);
  expect(found).toMatchObject({ code: 0 });
  cli.write('key', KEY.replace('0', '1'));
  const wrong = await cli.run(['trace', CALL, '--url', url, '--bearer-key', cli.path('key')]);
  expect(wrong.code).toBe(2);
  expect(wrong.error).not.toContain(KEY.slice(1));
});

it('with client certificates: that of a tenant is shown, over TLS whose root is given', async () => {
  const authority = await createTlsAuthority({ nowMs: Date.now() });
  const [server, client] = [await authority.issueServer(), await authority.issueClient('operator')];
  cli.write('rest-ca.pem', authority.ca);
  cli.write('rest.pem', server.certificate);
  cli.write('rest.key', server.key);
  cli.write('me.pem', client.certificate);
  cli.write('me.key', client.key);
  const hash = sha256(new X509Certificate(client.certificate).raw);
  const url = await start({
    tls: { certificateFile: 'rest.pem', keyFile: 'rest.key', clientCaFile: 'rest-ca.pem' },
    clientCertificates: [{ tenant: 'alpha', sha256: hash }],
  });
  const ask = (...words: string[]) => cli.run(['trace', CALL, '--url', url, ...words]);
  const ca = ['--ca', cli.path('rest-ca.pem')];
  const certificate = ['--certificate', cli.path('me.pem'), '--certificate-key', cli.path('me.key')];
  expect((await ask(...certificate)).code).toBe(69);
  expect((await ask(...ca)).code).not.toBe(0);
  expect((await ask(...ca, '--certificate', cli.path('me.pem'))).code).toBe(2);
  expect(await ask(...ca, ...certificate)).toMatchObject({ code: 0, error: '' });
});

describe('where something else answers', () => {
  let other: Server;
  let body = '';
  beforeAll(async () => {
    other = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => other?.close());

  it.each([
    ['no JSON', '<html>'],
    ['no list', '{"traces":12025550123}'],
    ['a step that is a command for the terminal', step('\\u001b[2J')],
    ['a reason that is a number', step('12025550123')],
  ])('%s: is not shown', async (_what, answer) => {
    body = answer;
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await cli.run(['trace', CALL, '--url', url])).toEqual({
      code: 69,
      out: '',
      error: 'oobleck: what answers there is not the REST interface\n',
    });
  });

  function step(reason: string): string {
    const trace = { traceId: '123e4567-e89b-42d3-a456-426655440000', trunk: 't', direction: 'outgoing' };
    const steps = `[{"step":"offered","ms":0,"reason":"${reason}"}]`;
    return `{"traces":[${JSON.stringify({ ...trace, offeredAtMs: 1 }).slice(0, -1)},"steps":${steps}}]}`;
  }
});
