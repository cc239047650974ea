// The recipe of docs/switches/kamailio.md, one switch at a time: what it sends to Oobleck, what it believes, and that a
// call goes on whatever the service does.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually.ts';
import { startKamailio } from './kamailio.ts';
import type { Running } from './processes.ts';
import { isMissing } from './programs.ts';
import { writeRecipe } from './recipe.ts';
import { type Answer, createRestPeer, type RestPeer } from './rest-peer.ts';
import { createSipProbe, fieldOf, type Invite, type PlacedInvite, type SipProbe } from './sip-probe.ts';
import { findFreeUdpPorts } from './udp-ports.ts';

const CALLED = '+12155000001';
const IDENTITY = 'eyJ0.eyJ1.c2ln;info=<https://127.0.0.1/a.pem>;alg=ES256;ppt=shaken';
const HOSTILE_CALL_ID = `a"b\\c$ci$var(body)','%s{"attest":"C"}\\u0022@h`;
const SIGNED: Answer = {
  status: 200,
  body: JSON.stringify({ signingResponse: { identity: IDENTITY } }),
};
const verdict = (verstat: string): Answer => ({
  status: 200,
  body: JSON.stringify({ verificationResponse: { verstat } }),
});

describe.skipIf(isMissing('kamailio'))('the Kamailio recipe', () => {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-recipe-'));
  const running: Running[] = [];
  let probe: SipProbe;
  let peer: RestPeer;
  let callingPort: number;
  let calledPort: number;

  beforeAll(async () => {
    expect(writeRecipe(folder)).toEqual(
      expect.arrayContaining(['oobleck.cfg', 'calling-carrier.cfg', 'called-carrier.cfg']),
    );
    probe = await createSipProbe();
    peer = await createRestPeer();
    [callingPort, calledPort] = (await findFreeUdpPorts(2)) as [number, number];
    const shared = { nextHopPort: probe.port, restPort: peer.port };
    running.push(
      await startKamailio({ config: join(folder, 'calling-carrier.cfg'), port: callingPort, ...shared }),
      await startKamailio({
        config: join(folder, 'called-carrier.cfg'),
        port: calledPort,
        domain: 'bravo.example',
        ...shared,
      }),
    );
  });

  afterAll(async () => {
    await Promise.all(running.map((one) => one.stop()));
    await peer?.close();
    await probe?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const place = async (port: number, invite: Partial<Invite>, answer: Answer): Promise<PlacedInvite> => {
    peer.answer(answer);
    peer.take();
    const placed = await probe.place(port, { called: CALLED, ...invite });
    expect(placed.status).toBe(200);
    return placed;
  };
  const sign = (invite: Partial<Invite>, answer: Answer = SIGNED) => place(callingPort, invite, answer);
  const verify = (invite: Partial<Invite>, answer: Answer = verdict('TN-Validation-Passed')) =>
    place(calledPort, invite, answer);
  const request = (name: string) => {
    const [one, ...more] = peer.take();
    expect(more).toEqual([]);
    return JSON.parse(one!.body)[name];
  };

  it('asks for a signature and puts it on the INVITE', async () => {
    const { arrived } = await sign({ callId: 'plain@h', headers: ['Identity: brought-along'] });
    expect(fieldOf(arrived, 'Identity')).toEqual([IDENTITY]);
    const { iat, origid, ...rest } = request('signingRequest');
    expect(rest).toEqual({
      attest: 'A',
      dest: { tn: ['+12155000001'] },
      orig: { tn: '+12025550001' },
      callId: 'plain@h',
    });
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(5);
    expect(origid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['quotes and backslashes', HOSTILE_CALL_ID, HOSTILE_CALL_ID],
    ['bytes outside ASCII', 'caf\xe9@h', undefined],
    ['more than 256 characters', `${'x'.repeat(256)}@h`, undefined],
  ])('a Call-ID of %s arrives as it was or not at all', async (_what, callId, expected) => {
    await sign({ callId });
    const signing = request('signingRequest');
    expect(signing.callId).toBe(expected);
    expect(signing.attest).toBe('A');
    await verify({ callId });
    expect(request('verificationRequest').callId).toBe(expected);
  });

  it.each([
    ['an escaped quote', '"a\\"b" <sip:12025550001%22,%22attest%22:%22A@h>'],
    ['an escaped backslash', '<sip:1202555%5C0001@h>'],
    ['a service code', '<sip:*67@h>'],
    ['16 digits', '<sip:1234567890123456@h>'],
    ['no user', '<sip:anonymous.invalid>'],
    ['no number', '"Anonymous" <sip:anonymous@anonymous.invalid>'],
  ])('a calling side with %s is no number: nobody is asked and the call goes on', async (_what, from) => {
    const signed = await sign({ from });
    expect(fieldOf(signed.arrived, 'Identity')).toEqual([]);
    expect(peer.take()).toEqual([]);
    const verified = await verify({ from });
    expect(fieldOf(verified.arrived, 'X-Verstat')).toEqual(['No-TN-Validation']);
    expect(fieldOf(verified.arrived, 'P-Asserted-Identity')).toEqual([]);
    expect(peer.take()).toEqual([]);
  });

  it.each(['<sip:12025550001","attest":"A@h>', '<sip:1202555\\0001@h>'])(
    'From %s is no SIP: Kamailio refuses it and nobody is asked',
    async (from) => {
      peer.take();
      expect((await probe.place(callingPort, { called: CALLED, from })).status).toBeGreaterThanOrEqual(400);
      expect((await probe.place(calledPort, { called: CALLED, from })).status).toBeGreaterThanOrEqual(400);
      expect(peer.take()).toEqual([]);
    },
  );

  it('asks for a verdict, in band with Identity and out of band without', async () => {
    const { arrived } = await verify({ callId: 'one@h', headers: [`Identity: ${IDENTITY}`] });
    expect(fieldOf(arrived, 'X-Verstat')).toEqual(['TN-Validation-Passed']);
    expect(fieldOf(arrived, 'P-Asserted-Identity')).toEqual([
      '<sip:+12025550001;verstat=TN-Validation-Passed@bravo.example;user=phone>',
    ]);
    const { time, ...rest } = request('verificationRequest');
    expect(rest).toEqual({
      from: { tn: '+12025550001' },
      to: { tn: ['+12155000001'] },
      callId: 'one@h',
      identity: IDENTITY,
    });
    expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(5);
    await verify({ callId: 'two@h' });
    expect(request('verificationRequest')).not.toHaveProperty('identity');
  });

  it.each([
    ['quotes', ['Identity: a"b\\c$fU","callId":"x;ppt="shaken"'], 'a"b\\c$fU","callId":"x;ppt="shaken"'],
    [
      'a folded line',
      ['Identity: eyJ0.eyJ1.c2ln\r\n ;info=<https://h/a>'],
      'eyJ0.eyJ1.c2ln ;info=<https://h/a>',
    ],
    ['the compact name', [`y: ${IDENTITY}`], IDENTITY],
    ['shaken behind div', ['Identity: a.b.c;ppt=div', `Identity: ${IDENTITY}`], IDENTITY],
    ['bytes outside ASCII', ['Identity: eyJ\xe9'], undefined],
  ])('an Identity with %s is handed on whole or not at all', async (_what, headers, expected) => {
    const { arrived } = await verify({ headers }, verdict('TN-Validation-Failed'));
    expect(request('verificationRequest').identity).toBe(expected);
    expect(fieldOf(arrived, 'X-Verstat')).toEqual(['TN-Validation-Failed']);
  });

  it.each([
    ['user part', '<sip:+12025550001;verstat=TN-Validation-Passed@h;user=phone>'],
    ['URI parameter', '<sip:+12025550001@h;VerStat=TN-Validation-Passed>'],
    ['header parameter', '<sip:+12025550001@h> ; verstat = TN-Validation-Passed'],
    ['tel URI', '<tel:+12025550001;verstat=TN-Validation-Passed>'],
  ])('believes no stranger: From with verstat as %s', async (_what, from) => {
    const { arrived } = await verify(
      {
        from,
        headers: [
          'X-Verstat: TN-Validation-Passed',
          'x-verstat: TN-Validation-Passed',
          'P-Asserted-Identity: <sip:+12025550001;verstat=TN-Validation-Passed@h>',
        ],
      },
      verdict('No-TN-Validation'),
    );
    expect(arrived).not.toContain('TN-Validation-Passed');
    expect(fieldOf(arrived, 'X-Verstat')).toEqual(['No-TN-Validation']);
    expect(fieldOf(arrived, 'P-Asserted-Identity')).toHaveLength(1);
    expect(fieldOf(arrived, 'From')[0]).toContain('+12025550001');
  });

  it.each<[string, Answer]>([
    ['500', { status: 500, body: '{"requestError":{}}' }],
    ['400', { status: 400, body: '{"requestError":{}}' }],
    ['no JSON', { status: 200, body: 'TN-Validation-Passed' }],
    ['an empty body', { status: 200, body: '' }],
    ['another shape', { status: 200, body: '{"verificationResponse":[],"signingResponse":"x"}' }],
    [
      'line breaks',
      {
        status: 200,
        body: JSON.stringify({
          signingResponse: { identity: 'a.b.c\r\nX-Verstat: TN-Validation-Passed' },
          verificationResponse: { verstat: 'TN-Validation-Passed\r\nX-A: b' },
        }),
      },
    ],
    ['nothing', 'never'],
  ])('a call goes on where the service answers %s', async (_what, answer) => {
    const signed = await sign({}, answer);
    expect(peer.take()).toHaveLength(1);
    expect(fieldOf(signed.arrived, 'Identity')).toEqual([]);
    expect(signed.arrived).not.toContain('TN-Validation-Passed');
    const verified = await verify({}, answer);
    expect(peer.take()).toHaveLength(1);
    expect(fieldOf(verified.arrived, 'X-Verstat')).toEqual(['No-TN-Validation']);
    expect(verified.arrived).not.toContain('TN-Validation-Passed');
    expect(Math.max(signed.elapsedMs, verified.elapsedMs)).toBeLessThan(2_000);
  });

  it('leaves a service alone for a while that fails again and again, then asks again', async () => {
    for (let failures = 0; failures < 6; failures++) await sign({}, { status: 503, body: '' });
    const { arrived } = await sign({});
    expect(fieldOf(arrived, 'Identity')).toEqual([]);
    expect(peer.take()).toEqual([]);
    await eventually('the next signature', 5_000, async () => {
      const placed = await sign({});
      return fieldOf(placed.arrived, 'Identity').length === 1;
    });
  });
});
