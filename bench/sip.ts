// sip-redirect: an INVITE over UDP answered with 302 and the Identity of a call signed for it. Everything is as
// `oobleck serve` runs it; the called number has no key, so nothing is left at a CPS. Only the server's CPU time counts.

import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, writeLab } from '../packages/oobleck/src/lab/index.ts';
import type { Configuration } from '../packages/oobleck/src/wiring/index.ts';
import { createFolder, removeFolder } from './http/carrier-lab.ts';
import { startServerProcess } from './http/server-process.ts';
import type { Benchmark } from './measure.ts';
import { bareEcdsa } from './primitives.ts';
import { costOfDatagrams } from './sip/udp-client.ts';

export const sipRedirect: Benchmark = {
  name: 'sip-redirect',
  async open() {
    const folder = createFolder();
    const lab = await writeLab(folder, Date.now());
    const file = join(folder, 'bench-redirect.json');
    writeFileSync(file, JSON.stringify(configurationOf(lab)));
    const server = await startServerProcess('../sip/redirect-server.ts', file, folder);
    const echo = await startServerProcess('../sip/echo-server.ts');
    return {
      work: costOfDatagrams({ server, make: invite, begins: 'SIP/2.0 302 ' }),
      limit: [costOfDatagrams({ server: echo, make: invite, begins: 'INVITE ' }), bareEcdsa('sign')],
      async close() {
        await server.close();
        await echo.close();
        removeFolder(folder);
      },
    };
  },
};

function configurationOf({ alpha }: Lab): Configuration {
  const { authentication, trust } = alpha.calls;
  return {
    log: { level: 'silent' },
    trust,
    authentication: { ...authentication!, directories: [] },
    trunks: [{ name: 'out', tenant: 'alpha', direction: 'outgoing', attestation: 'A' }],
    sip: {
      listeners: [{ name: 'udp', transport: 'udp', port: 0 }],
      peers: [{ name: 'switch', addresses: ['127.0.0.1'] }],
      rules: [{ trunk: 'out' }],
    },
  };
}

let placed = 0;

/** As a switch writes it, each another call. */
export function invite(): Buffer {
  const caller = `+1202555${String(placed % 5_000).padStart(4, '0')}`;
  const called = `+1303555${String(placed++ % 10_000).padStart(4, '0')}`;
  const id = randomUUID();
  const body = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 6000 RTP/AVP 0',
    '',
  ];
  const text = body.join('\r\n');
  return Buffer.from(
    [
      `INVITE sip:${called}@127.0.0.1:5060;user=phone SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK${id};rport`,
      `From: "Caller" <sip:${caller}@127.0.0.1;user=phone>;tag=${id.slice(0, 8)}`,
      `To: <sip:${called}@127.0.0.1;user=phone>`,
      `Call-ID: ${id}@127.0.0.1`,
      'CSeq: 1 INVITE',
      `Contact: <sip:${caller}@127.0.0.1:5060>`,
      'Max-Forwards: 70',
      'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS',
      'Content-Type: application/sdp',
      `Content-Length: ${text.length}`,
      '',
      text,
    ].join('\r\n'),
    'latin1',
  );
}
