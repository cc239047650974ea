// `oobleck serve --check-config`: what is wrong is told, nothing is started and nothing is written.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../src/cli/program.ts';
import { type Lab, writeLab } from '../src/lab/index.ts';

let folder: string;
let lab: Lab;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oobleck-check-'));
  lab = await writeLab(folder, Date.now());
});
afterAll(() => rmSync(folder, { recursive: true }));

async function check(configuration: unknown) {
  const file = join(folder, 'checked.json');
  writeFileSync(file, JSON.stringify(configuration));
  const lines: string[] = [];
  let code: number | undefined;
  const write = (line: string): void => void lines.push(line);
  const terminal = { out: write, error: write, isInteractive: false };
  const program = createProgram(terminal, (given) => {
    code = given;
  });
  const before = readdirSync(folder);
  await program.parseAsync(['serve', '--config', file, '--check-config'], { from: 'user' });
  expect(readdirSync(folder)).toEqual(before);
  return { code, lines };
}

describe('serve --check-config', () => {
  it('has nothing to object to what the lab writes, and lets go of everything', async () => {
    for (const one of [lab.alpha.services, lab.alpha.calls, lab.bravo.services, lab.bravo.calls])
      expect(await check(one)).toEqual({ code: 0, lines: ['configuration: nothing to object'] });
  });

  it('says what is no fault and somebody should think about', async () => {
    const risky = {
      ...lab.alpha.calls,
      trunks: [{ name: 'out', tenant: 'alpha', direction: 'outgoing' }],
      sip: {
        listeners: [{ name: 'main', transport: 'udp', host: '0.0.0.0', port: 5060 }],
        peers: [
          { name: 'one', addresses: ['192.0.2.1'] },
          { name: 'two', addresses: ['192.0.2.2'] },
        ],
        rules: [{ trunk: 'out', trunkGroup: 'west' }],
      },
    };
    const { code, lines } = await check(risky);
    expect(code).toBe(0);
    expect(lines).toEqual([
      expect.stringMatching(/^configuration: caution: sip\.rules\.0: without a peer/),
      expect.stringMatching(/^configuration: caution: sip\.listeners\.0: it signs calls over UDP/),
      'configuration: nothing to object',
    ]);
  });

  it('names every file that is missing, malformed or of another key', async () => {
    writeFileSync(join(folder, 'junk.pem'), 'junk');
    const [tenant] = lab.alpha.calls.authentication!.tenants;
    const [mailbox] = lab.bravo.calls.verification!.mailboxes;
    const faulty = {
      ...lab.alpha.calls,
      authentication: {
        ...lab.alpha.calls.authentication,
        tenants: [{ ...tenant, keyFile: mailbox!.keyFile }],
      },
      verification: { mailboxes: [{ ...mailbox, chainFile: 'none.pem' }] },
    };
    expect(await check(faulty)).toEqual({
      code: 2,
      lines: [
        'configuration: authentication.tenants.0.keyFile: not the key of the first certificate of chainFile',
        'configuration: verification.mailboxes.0.chainFile: the file cannot be read (ENOENT)',
      ],
    });
    const { listen } = lab.alpha.services;
    const tls = { ...listen!.tls, certificateFile: 'junk.pem' };
    const { code, lines } = await check({ ...lab.alpha.services, listen: { ...listen, tls } });
    expect([code, lines.length]).toEqual([2, 1]);
    expect(lines[0]).toMatch(/^configuration: listen\.tls: not of the form it must have/);
    expect(readFileSync(join(folder, 'junk.pem'), 'utf8')).toBe('junk');
  });

  it('looks at the credentials of neighbours in clear, and at the port for them', async () => {
    const tls = { certificateFile: 'none.pem', keyFile: 'tls.key' };
    const { certificateUrl, chainFile } = lab.alpha.calls.authentication!.tenants[0]!;
    const peer = { name: 'p', profile: '96', url: 'https://cps.example', certificateUrl, chainFile };
    const faulty = {
      ...lab.alpha.calls,
      atis: { hosts: ['cps.example'], listen: { host: '127.0.0.1', port: 0, tls } },
      clearText: { peers: [{ ...peer, keyFile: 'bravo.key' }] },
    };
    expect((await check(faulty)).lines).toEqual([
      'configuration: clearText.peers.0.keyFile: not the key of the first certificate of chainFile',
      'configuration: atis.listen.tls.certificateFile: the file cannot be read (ENOENT)',
    ]);
  });

  it('says what the schema says', async () => {
    expect(await check({ trust: {}, listen: { port: -1 } })).toMatchObject({ code: 2 });
  });
});
