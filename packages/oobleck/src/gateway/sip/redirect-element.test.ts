import { createSocket } from 'node:dgram';
import { notVerified, verifiedBy } from '@oobleck/stir/verdict';
import { describe, expect, it, vi } from 'vitest';
import { isExemptCall, type PlacedAnswer } from '../trunk/index.ts';
import { scanMessage } from './scan-message.ts';
import {
  createTestElement,
  IDENTITY,
  NOTHING,
  PLACED,
  received,
  requestText,
  type Sent,
  SWITCH,
  statusOf,
  trunk,
  valuesIn,
} from './sip-fixture.ts';
import type { TrunkRule } from './trunk-rule.ts';

const answerOf = (sent: readonly Sent[]): string => sent[0]?.answer ?? '';
const incoming = (more: object = {}, options = {}) =>
  createTestElement([{ trunk: trunk('incoming', more) }], options);

describe('an outgoing call', () => {
  it('is redirected to the same called party with its Identity', async () => {
    const { ask, path } = createTestElement();
    const [{ answer, port } = NOTHING] = await ask(requestText());
    expect(answer.split('\r\n')).toEqual([
      'SIP/2.0 302 Moved Temporarily',
      'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;received=192.0.2.1;rport=5060',
      'From: "Alice" <sip:+12025550001@switch.example.net;user=phone>;tag=a',
      expect.stringMatching(/^To: <sip:\+12155000001@switch\.example\.net;user=phone>;tag=[0-9a-f]{16}$/),
      'CSeq: 1 INVITE',
      'Call-ID: one@switch.example.net',
      'Contact: <sip:+12155000001@switch.example.net;user=phone>',
      `Identity: ${IDENTITY}`,
      'Content-Length: 0',
      '',
      '',
    ]);
    expect(port).toBe(5060);
    expect(path.asked).toEqual([
      {
        trunk: expect.objectContaining({ name: 'outgoing' }),
        callId: 'one@switch.example.net',
        caller: '+12025550001',
        displayName: 'Alice',
        called: '+12155000001',
        formerlyCalled: [],
        identities: [],
        identityEncrypted: [],
      },
    ]);
  });

  it('takes along all there is to add, and says what to take off', async () => {
    const { ask, path } = createTestElement();
    path.placed = { ...PLACED, identityEncrypted: ['abc', 'def'], identities: [], removeIdentities: true };
    const answer = answerOf(await ask(requestText({ headers: [`Identity: ${IDENTITY}`] })));
    expect(valuesIn(answer, 'Identity')).toEqual([]);
    expect(valuesIn(answer, 'Identity-Encrypted')).toEqual(['abc', 'def']);
    expect(valuesIn(answer, 'X-Identity-Action')).toEqual(['remove']);
    // A switch that has done so, and follows the Contact back to here, goes on.
    const done = ['Identity-Encrypted: abc', 'Identity-Encrypted: def'];
    expect(statusOf(await ask(requestText({ callId: 'two@h', headers: done })))).toBe(404);
  });

  it.each(['Identity', 'y'])('says what to take off where there is nothing to add: %s', async (name) => {
    const { ask, path } = createTestElement();
    path.placed = { ...PLACED, identities: [], removeIdentities: true, reason: 'carried' };
    const answer = answerOf(await ask(requestText({ headers: [`${name}: ${IDENTITY}`] })));
    expect(answer).toMatch(/^SIP\/2\.0 302 /);
    expect(valuesIn(answer, 'Identity')).toEqual([]);
    expect(valuesIn(answer, 'X-Identity-Action')).toEqual(['remove']);
    expect(statusOf(await ask(requestText({ callId: 'two@h' })))).toBe(404);
  });

  const nothing: [string, PlacedAnswer | Error, object][] = [
    ['unchanged', { ...PLACED, action: 'unchanged' }, {}],
    ['with nothing to add', { ...PLACED, identities: [] }, {}],
    ['that has it already', PLACED, { headers: [`Identity: ${IDENTITY}`] }],
    ['whose call path fails', new Error('12025550001'), {}],
    ['within a dialog', PLACED, { to: '<sip:+12155000001@h>;tag=x' }],
  ];
  it.each(nothing)('%s goes on as it is: 404', async (_what, placed, written) => {
    const { ask, path, logged } = createTestElement();
    path.placed = placed;
    const answer = answerOf(await ask(requestText(written)));
    expect(answer).toMatch(/^SIP\/2\.0 404 /);
    expect(valuesIn(answer, 'Identity')).toEqual([]);
    expect(logged.join()).not.toContain('2025550001');
  });

  it.each(['outgoing', 'incoming'] as const)(
    '%s, goes on as it is where there is no memory for more, and is looked at again when there is',
    async (direction) => {
      const { ask, path, memory } = createTestElement([{ trunk: trunk(direction) }]);
      path.received = received(notVerified('no-passport', 'out-of-band'), { action: 'block' });
      memory.isOverloaded = true;
      expect(statusOf(await ask(requestText()))).toBe(404);
      expect(path.asked).toEqual([]);
      memory.isOverloaded = false;
      expect(statusOf(await ask(requestText()))).toBe(direction === 'outgoing' ? 302 : 603);
    },
  );

  it('goes on by itself where the call path never answers', async () => {
    const { ask, path, element } = createTestElement(undefined, { boundMs: 5 });
    path.placed = new Promise(() => undefined);
    expect(await ask(requestText())).toEqual([]);
    const late = await new Promise<string>((resolve) => {
      const arrival = { listener: 'udp', peer: 'p', source: { address: '192.0.2.1', port: 5 } };
      const bytes = Buffer.from(requestText({ callId: 'two@h' }), 'latin1');
      element.receive(scanMessage(bytes), { ...arrival, send: resolve });
    });
    expect(late).toMatch(/^SIP\/2\.0 404 /);
  });

  it('goes on at its own bound, also where another call came just before', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const { ask, path, element } = createTestElement(undefined, { boundMs: 1_000 });
      path.placed = new Promise(() => undefined);
      const [one, other] = ['z9hG4bK1', 'z9hG4bK2'].map((branch) =>
        requestText({ via: `SIP/2.0/UDP 192.0.2.1:5060;branch=${branch};rport` }),
      );
      const first = await ask(one!);
      vi.advanceTimersByTime(900);
      const second = await ask(other!);
      const answered = [];
      for (const stepMs of [99, 2, 898, 2]) {
        vi.advanceTimersByTime(stepMs);
        answered.push([statusOf(first), statusOf(second), element.pending()]);
      }
      expect(answered).toEqual([
        [undefined, undefined, 2],
        [404, undefined, 1],
        [404, undefined, 1],
        [404, 404, 0],
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('brings along what the switch claims, what it was diverted from and when it was sent', async () => {
    const { ask, path } = createTestElement();
    await ask(
      requestText({
        uri: 'sip:+1-215-500-0001;npdi@h',
        from: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a',
        to: '<sip:+12155000009@h>',
        headers: [
          'P-Asserted-Identity: "Zo\xc3\xab" <sip:+12025550001@h>, <tel:+12025550001>',
          'P-Attestation-Indicator: B',
          'Origination-Id: 00000000-0000-4000-8000-000000000001',
          'Date: Fri, 25 Sep 2015 19:12:25 GMT',
          'Diversion: <sip:+12155000002@h>;reason=unconditional',
          'Diversion: nonsense;;',
          'History-Info: <sip:+12155000003@h>;index=1, <sip:+12155000002@h>;index=1.1;mp=1',
        ],
        body: `v=0\r\na=fingerprint:sha-256 ${'AB:'.repeat(31)}AB\r\n`,
      }),
    );
    expect(path.asked[0]).toMatchObject({
      caller: '"Anonymous" <sip:anonymous@anonymous.invalid>',
      assertedIdentities: ['+12025550001', '+12025550001'],
      displayName: 'Zoë',
      called: '+1-215-500-0001',
      formerlyCalled: ['+12155000009', '+12155000002', '+12155000003'],
      divertedFrom: '+12155000002',
      attestation: 'B',
      originationId: '00000000-0000-4000-8000-000000000001',
      sentAt: 1_443_208_345,
      mediaKeys: [{ algorithm: 'sha-256', digest: 'AB'.repeat(32) }],
    });
  });

  it('is diverted from the entry of History-Info that the latest was mapped from (RFC 7044 Section 10.3)', async () => {
    const { ask, path } = createTestElement();
    const entries = '<sip:+12155000003@h>;index=1, <sip:+12155000001@h>;index=1.1;mp=1';
    await ask(requestText({ headers: [`History-Info: ${entries}`] }));
    expect(path.asked[0]).toMatchObject({ divertedFrom: '+12155000003', historyIndex: '1' });
  });

  it.each([
    ['tel:2025551234;phone-context=+44', '+442025551234'],
    ['sip:202-555-1234;phone-context=%2b44@switch.example.net;user=phone', '+44202-555-1234'],
    ['sip:2025551234;phone-context=switch.example.net@switch.example.net', '2025551234'],
    ['tel:911;phone-context=+1', '911'],
  ])(
    'is from and to the local number of %s where that is valid (RFC 3966 Section 5.1.5)',
    async (uri, number) => {
      const { ask, path } = createTestElement();
      await ask(requestText({ uri, from: `<${uri}>;tag=a`, to: `<${uri}>` }));
      expect(path.asked[0]).toMatchObject({ called: number, caller: number, formerlyCalled: [] });
    },
  );

  it('of a global context that is none calls no number, and is from none', async () => {
    const { ask, path } = createTestElement();
    const uri = 'tel:2025551234;phone-context=+x';
    await ask(requestText({ uri, from: `<${uri}>;tag=a` }));
    expect(path.asked[0]).toMatchObject({ called: uri, caller: `<${uri}>` });
  });

  it('of a Call-ID beyond 256 characters goes by its hash', async () => {
    const { ask, path } = createTestElement();
    await ask(requestText({ callId: 'x'.repeat(300) }));
    expect(path.asked[0]!.callId).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('an incoming call', () => {
  const passport = { originator: { kind: 'tn', number: '12025550001' } } as never;
  const verified = verifiedBy({ passport, authority: 'provider', channel: 'out-of-band' });

  it('is redirected with the verdict in P-Asserted-Identity and From, and the facts', async () => {
    const { ask, path } = incoming();
    path.received = received(verified, {
      facts: { attestation: 'A', originationId: '00000000-0000-4000-8000-000000000001' },
    });
    const answer = answerOf(await ask(requestText()));
    expect(answer).toMatch(/^SIP\/2\.0 302 /);
    expect(valuesIn(answer, 'P-Asserted-Identity')).toEqual([
      '<sip:+12025550001;verstat=TN-Validation-Passed@switch.example.net;user=phone>',
    ]);
    expect(valuesIn(answer, 'From')).toEqual([
      '"Alice" <sip:+12025550001;verstat=TN-Validation-Passed@switch.example.net;user=phone>;tag=a',
    ]);
    expect(valuesIn(answer, 'P-Attestation-Indicator')).toEqual(['A']);
    expect(valuesIn(answer, 'P-Origination-Id')).toEqual(['00000000-0000-4000-8000-000000000001']);
    expect(valuesIn(answer, 'Contact')).toEqual(['<sip:+12155000001@switch.example.net;user=phone>']);
    expect(valuesIn(answer, 'Reason')).toEqual([]);
  });

  it.each([
    ['user part', '<sip:+12025550001;verstat=TN-Validation-Passed@h>;tag=a'],
    ['URI parameter', '<sip:+12025550001@h;verstat=TN-Validation-Passed>;tag=a'],
    ['header parameter', '<sip:+12025550001@h>;verstat=TN-Validation-Passed;tag=a'],
    ['tel URI', '<tel:+12025550001;verstat=TN-Validation-Passed>;tag=a'],
    ['escapes', '<sip:+12025550001;%76er%73tat=TN-Validation-Passed@h>;tag=a'],
    ['letters', '<sip:alice;VERSTAT=TN-Validation-Passed@h>;tag=a'],
  ])('believes no stranger: verstat as %s is taken off', async (_what, from) => {
    const { ask } = incoming();
    const asserted = from.replace(/;tag=a$/, '');
    const answer = answerOf(await ask(requestText({ from, headers: [`P-Asserted-Identity: ${asserted}`] })));
    expect(answer).toMatch(/^SIP\/2\.0 302 /);
    expect(answer).not.toContain('Passed');
    if (!from.includes('alice')) expect(answer.match(/verstat=No-TN-Validation/g)).toHaveLength(2);
  });

  it('blesses the number that was proven and none that stands beside it', async () => {
    const { ask, path } = incoming();
    path.received = received(verified);
    const from = '"Your bank" <sip:+18005550000@h>;tag=a';
    const headers = ['P-Asserted-Identity: <sip:+12025550001@h>, <tel:+18005550000>'];
    const answer = answerOf(await ask(requestText({ from, headers })));
    expect(valuesIn(answer, 'From')).toEqual([
      '"Your bank" <sip:+18005550000;verstat=No-TN-Validation@h>;tag=a',
    ]);
    expect(valuesIn(answer, 'P-Asserted-Identity')).toEqual([
      '<sip:+12025550001;verstat=TN-Validation-Passed@h>',
      '<tel:+18005550000;verstat=No-TN-Validation>',
    ]);
  });

  it('asserts each number the network asserts, and under a domain of ours where it asserts none', async () => {
    const { ask } = incoming({}, { domain: 'carrier.example', contactHost: 'out.carrier.example:5070' });
    const headers = ['P-Asserted-Identity: "A" <sip:+12025550001@h>, <tel:+12025550001>'];
    const both = answerOf(await ask(requestText({ headers })));
    expect(valuesIn(both, 'P-Asserted-Identity')).toEqual([
      '"A" <sip:+12025550001;verstat=No-TN-Validation@h>',
      '<tel:+12025550001;verstat=No-TN-Validation>',
    ]);
    expect(valuesIn(both, 'Contact')).toEqual(['<sip:+12155000001@out.carrier.example:5070;user=phone>']);
    const own = answerOf(await ask(requestText({ callId: 'b@h' })));
    expect(valuesIn(own, 'P-Asserted-Identity')).toEqual([
      '<sip:+12025550001;verstat=No-TN-Validation@carrier.example;user=phone>',
    ]);
  });

  it('asserts nobody where no number calls, and nothing of strangers where they are not trusted', async () => {
    const nobody = incoming();
    const from = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a';
    const answer = answerOf(await nobody.ask(requestText({ from })));
    expect(valuesIn(answer, 'P-Asserted-Identity')).toEqual([]);
    const untrusted = incoming({ isAssertedTrusted: false });
    const headers = ['P-Asserted-Identity: <sip:+19995550001@h>'];
    const other = answerOf(await untrusted.ask(requestText({ headers })));
    expect(valuesIn(other, 'P-Asserted-Identity').join()).toContain('+12025550001;verstat');
    expect(other).not.toContain('+19995550001');
  });

  it('G-03: what was found is put back as Identity in full form', async () => {
    const { ask, path } = incoming();
    path.received = received(verified, { identities: [IDENTITY, 'eyJ0.eyJ2.c2ln;info=<https://a>'] });
    expect(valuesIn(answerOf(await ask(requestText())), 'Identity')).toEqual([
      IDENTITY,
      'eyJ0.eyJ2.c2ln;info=<https://a>',
    ]);
  });

  it('I-08: what was wrong with its Identity is told in Reason: STIR with ppi (RFC 9410 Section 4)', async () => {
    const { ask, path } = incoming();
    path.received = received(notVerified('bad-signature', 'in-band'));
    const one = answerOf(await ask(requestText({ headers: [`y: ${IDENTITY}`] })));
    expect(valuesIn(one, 'Reason')).toEqual([
      `STIR ;cause=438 ;text="Invalid Identity Header" ;ppi="..${'c2ln'.repeat(21)}c2"`,
    ]);
    expect(one).toContain('verstat=TN-Validation-Failed');
    expect(path.asked[0]!.identities).toEqual([IDENTITY]);
    // Of two it is not known which one was meant.
    const two = answerOf(
      await ask(requestText({ callId: 'b@h', headers: [`Identity: ${IDENTITY},${IDENTITY}`] })),
    );
    expect(valuesIn(two, 'Reason')).toEqual(['STIR ;cause=438 ;text="Invalid Identity Header"']);
    // Of each that is known to have fallen short, beside one that held too.
    const rejections = [
      { reason: 'stale', token: `a.b.${'c2ln'.repeat(21)}c2` },
      { reason: 'certificate-expired', token: `a.b.${'c2lo'.repeat(21)}c2` },
    ] as const;
    path.received = received({ ...notVerified('certificate-expired', 'in-band'), rejections });
    const each = answerOf(
      await ask(requestText({ callId: 'd@h', headers: [`Identity: ${IDENTITY},${IDENTITY}`] })),
    );
    expect(valuesIn(each, 'Reason')).toEqual([
      `STIR ;cause=403 ;text="Stale Date" ;ppi="..${'c2ln'.repeat(21)}c2"`,
      `STIR ;cause=437 ;text="Unsupported Credential" ;ppi="..${'c2lo'.repeat(21)}c2"`,
    ]);
    // Nothing came with the call, so nothing of it was wrong.
    path.received = received(notVerified('no-passport', 'out-of-band'));
    expect(valuesIn(answerOf(await ask(requestText({ callId: 'c@h' }))), 'Reason')).toEqual([]);
  });

  it('is refused with 603 by policy only', async () => {
    const { ask, path } = incoming();
    path.received = received(notVerified('bad-signature', 'in-band'), { action: 'block' });
    const answer = answerOf(await ask(requestText({ headers: [`Identity: ${IDENTITY}`] })));
    expect(answer).toMatch(/^SIP\/2\.0 603 Decline\r\n/);
    expect(valuesIn(answer, 'Contact')).toEqual([]);
  });

  it('goes on as it is where nothing was decided', async () => {
    const { ask, path } = incoming();
    path.received = received(notVerified('internal'), { action: 'unchanged' });
    expect(statusOf(await ask(requestText()))).toBe(404);
  });

  it('looks at 16 of 100 Identity fields', async () => {
    const { ask, path } = incoming();
    const headers = Array.from({ length: 100 }, (_none, at) => `Identity: a.b.${at};info=<https://a>`);
    expect(statusOf(await ask(requestText({ headers })))).toBe(302);
    expect(path.asked[0]!.identities).toHaveLength(16);
  });
});

describe('the same request', () => {
  it('gets no second answer while the first is being found, and no second question', async () => {
    const { ask, path } = createTestElement();
    const { promise, resolve } = Promise.withResolvers<PlacedAnswer>();
    path.placed = promise;
    const first = await ask(requestText());
    const again = await ask(requestText());
    expect([first, again, path.asked.length]).toEqual([[], [], 1]);
    resolve(PLACED);
    await new Promise<void>((done) => setImmediate(done));
    expect([first.length, again.length]).toEqual([1, 0]);
    // Afterwards the same, byte for byte.
    path.placed = PLACED;
    expect(answerOf(await ask(requestText()))).toBe(answerOf(first));
  });

  it('of another branch, sequence or caller’s tag is another one', async () => {
    const { ask, path } = createTestElement();
    path.placed = new Promise(() => undefined);
    await ask(requestText());
    await ask(requestText({ via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK2' }));
    await ask(requestText({ sequence: '2 INVITE' }));
    await ask(requestText({ from: '<sip:+12025550001@h>;tag=b' }));
    expect(path.asked).toHaveLength(4);
  });

  it('comes with others of one turn: each has its own answer, and idle waits for all', async () => {
    const { element, path } = createTestElement();
    const sent: string[] = [];
    const texts = [
      requestText(),
      requestText({ method: 'OPTIONS', callId: 'two@h' }),
      requestText({ callId: 'three@h', sequence: 'none' }),
      requestText({ method: 'ACK', callId: 'four@h' }),
      requestText(),
    ];
    for (const text of texts)
      element.receive(Buffer.from(text, 'latin1'), {
        listener: 'udp',
        peer: 'switch',
        source: SWITCH,
        send: (answer) => void sent.push(answer),
      });
    expect([sent, path.asked]).toEqual([[], []]);
    await element.idle();
    const seen = sent.map((answer) => [answer.slice(8, 11), valuesIn(answer, 'Call-ID')[0]]);
    expect(seen).toHaveLength(3); // the last one is a retransmission of the first
    expect(seen).toEqual(
      expect.arrayContaining([
        ['302', 'one@switch.example.net'],
        ['200', 'two@h'],
        ['400', 'three@h'],
      ]),
    );
    expect(path.asked).toHaveLength(1);
  });

  it('is given up by a CANCEL of the same turn, and asked about once however often it came with it', async () => {
    const { element, path } = createTestElement();
    path.placed = new Promise(() => undefined);
    const sent: string[] = [];
    const cancel = requestText({ method: 'CANCEL', sequence: '1 CANCEL' });
    for (const text of [requestText(), requestText(), cancel, cancel])
      element.receive(Buffer.from(text, 'latin1'), {
        listener: 'udp',
        peer: 'switch',
        source: SWITCH,
        send: (answer) => void sent.push(answer),
      });
    await element.idle();
    const answers = sent.map((answer) => [answer.slice(8, 11), valuesIn(answer, 'CSeq')[0]]);
    expect(answers).toEqual([
      ['487', '1 INVITE'],
      ['200', '1 CANCEL'],
      ['481', '1 CANCEL'],
    ]);
    expect(path.asked).toHaveLength(1);
    expect(path.retracted).toEqual(path.asked);
  });

  it('whose answer no transport takes is no harm to others of its turn, or later', async () => {
    const { element, path } = createTestElement();
    const socket = createSocket('udp4');
    const texts = [
      requestText({ method: 'OPTIONS' }),
      requestText({ callId: 'two@h', via: 'nonsense' }),
      requestText({ callId: 'three@h' }),
    ];
    const sent: string[] = [];
    const answered: number[] = [];
    const arrival = { listener: 'udp', peer: 'switch' };
    // Node throws for port 0, which a datagram may well come from.
    const send = (answer: string, port: number): void => {
      answered.push(Number(answer.slice(8, 11)));
      socket.send(answer, port, '127.0.0.1');
    };
    for (const text of texts)
      element.receive(Buffer.from(text, 'latin1'), { ...arrival, source: { ...SWITCH, port: 0 }, send });
    element.receive(Buffer.from(requestText({ callId: 'four@h' }), 'latin1'), {
      ...arrival,
      source: SWITCH,
      send: (answer) => void sent.push(answer),
    });
    await element.idle();
    socket.close();
    expect(answered.sort()).toEqual([200, 302, 400]);
    expect([sent.length, path.asked.length]).toEqual([1, 2]);
  });

  it('keeps its trunk while rules are replaced; the next one has the new', async () => {
    const { element, ask, path } = createTestElement([{ trunk: trunk('outgoing', { attestation: 'A' }) }]);
    const { promise, resolve } = Promise.withResolvers<PlacedAnswer>();
    path.placed = promise;
    const sent: string[] = [];
    element.receive(scanMessage(Buffer.from(requestText(), 'latin1')), {
      listener: 'udp',
      peer: 'switch',
      source: { address: '192.0.2.1', port: 5060 },
      send: (answer) => void sent.push(answer),
    });
    element.replaceRules([{ trunk: trunk('outgoing', { attestation: 'C' }) }]);
    await ask(
      requestText({ callId: 'two@switch.example.net', via: 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2' }),
    );
    resolve(PLACED);
    await element.idle();
    expect(sent[0]).toMatch(/^SIP\/2\.0 302 /);
    expect(path.asked.map((offer) => offer.trunk.attestation)).toEqual(['A', 'C']);
    element.replaceRules([]);
    expect(statusOf(await ask(requestText({ callId: 'three@switch.example.net' })))).toBe(404);
  });

  it('leaves its late answer to no other that came in its place after a CANCEL', async () => {
    const { ask, path, element } = createTestElement();
    const [first, second] = [
      Promise.withResolvers<PlacedAnswer>(),
      Promise.withResolvers<PlacedAnswer>(),
    ] as const;
    path.placed = first.promise;
    await ask(requestText());
    await ask(requestText({ method: 'CANCEL', sequence: '1 CANCEL' }));
    path.placed = second.promise;
    const invited = await ask(requestText({ uri: 'sip:+13035550199@switch.example.net;user=phone' }));
    first.resolve({ ...PLACED, identities: ['of the first'] });
    await new Promise<void>((done) => setImmediate(done));
    expect([invited, element.pending()]).toEqual([[], 1]);
    second.resolve({ ...PLACED, identities: ['of the second'] });
    await new Promise<void>((done) => setImmediate(done));
    expect(valuesIn(answerOf(invited), 'Identity')).toEqual(['of the second']);
    expect([invited.length, element.pending()]).toEqual([1, 0]);
  });

  it('is given up by CANCEL: 200 and 487, and nothing more', async () => {
    const { ask, path } = createTestElement();
    const { promise, resolve } = Promise.withResolvers<PlacedAnswer>();
    path.placed = promise;
    const invited = await ask(requestText());
    const cancelled = await ask(requestText({ method: 'CANCEL', sequence: '1 CANCEL' }));
    expect([statusOf(cancelled), statusOf(invited)]).toEqual([200, 487]);
    expect(valuesIn(answerOf(invited), 'CSeq')).toEqual(['1 INVITE']);
    resolve(PLACED);
    await new Promise<void>((done) => setImmediate(done));
    expect(invited).toHaveLength(1);
    const unknown = await ask(requestText({ method: 'CANCEL', callId: 'other@h', sequence: '1 CANCEL' }));
    expect(statusOf(unknown)).toBe(481);
    // Whatever was left for the call is taken back.
    expect(path.retracted).toEqual(path.asked);
  });

  it('beyond the bound of calls at once is 503', async () => {
    const { ask, path } = createTestElement(undefined, { maximumPending: 2 });
    path.placed = new Promise(() => undefined);
    for (const callId of ['a@h', 'b@h']) expect(await ask(requestText({ callId }))).toEqual([]);
    expect(statusOf(await ask(requestText({ callId: 'c@h' })))).toBe(503);
    const emergency = [{ uri: 'sip:911@h' }, { headers: ['Priority: psap-callback'] }];
    for (const [at, written] of emergency.entries())
      expect(statusOf(await ask(requestText({ ...written, callId: `e${at}@h` })))).toBe(404);
  });
});

describe('other requests', () => {
  it.each([
    ['OPTIONS', 200],
    ['BYE', 405],
    ['MESSAGE', 405],
    ['NOSUCH', 501],
  ])('%s: %i', async (method, status) => {
    const { ask, path } = createTestElement();
    const sent = await ask(requestText({ method }));
    expect(statusOf(sent)).toBe(status);
    if (status !== 501) expect(valuesIn(answerOf(sent), 'Allow')).toEqual(['INVITE, ACK, CANCEL, OPTIONS']);
    expect(path.asked).toEqual([]);
  });

  it('ACK is swallowed, whatever it looks like', async () => {
    const { ask } = createTestElement();
    expect(await ask(requestText({ method: 'ACK' }))).toEqual([]);
    expect(await ask(requestText({ method: 'ACK', via: 'nonsense', maxForwards: '-1' }))).toEqual([]);
  });

  it('without hops left: 483; OPTIONS ends here anyway', async () => {
    const { ask, path } = createTestElement();
    expect(statusOf(await ask(requestText({ maxForwards: '0' })))).toBe(483);
    expect(statusOf(await ask(requestText({ method: 'OPTIONS', maxForwards: '0' })))).toBe(200);
    expect(path.asked).toEqual([]);
  });

  it('that was here before: 482', async () => {
    const { ask } = createTestElement(undefined, { ownNames: new Set(['redirect.example.net:5060']) });
    const headers = ['Via: SIP/2.0/UDP Redirect.Example.Net;branch=z9hG4bKx'];
    expect(statusOf(await ask(requestText({ headers })))).toBe(482);
    expect(statusOf(await ask(requestText({ callId: 'b@h' })))).toBe(302);
  });

  it('that requires what concerns dialogs only is answered, what else is not', async () => {
    const { ask } = createTestElement();
    expect(statusOf(await ask(requestText({ headers: ['Require: 100rel, timer'] })))).toBe(302);
    const sent = await ask(requestText({ callId: 'b@h', headers: ['Require: 100rel, teleport'] }));
    expect([statusOf(sent), valuesIn(answerOf(sent), 'Unsupported')]).toEqual([420, ['teleport']]);
  });

  it.each(['', '\r\n\r\n', 'x', 'SIP/2.0 200 OK\r\n\r\n', 'INVITE sip:a@b SIP/2.0\r\n\r\n', '\0'.repeat(9)])(
    '%j is no request that could be answered',
    async (text) => {
      expect(await createTestElement().ask(text)).toEqual([]);
    },
  );

  it('a header of 64 KiB is read, one beyond it refused', async () => {
    const { ask } = createTestElement();
    const fill = (size: number) => requestText({ callId: `${size}@h`, headers: [`X: ${'x'.repeat(size)}`] });
    expect(statusOf(await ask(fill(64_900)))).toBe(302);
    expect(statusOf(await ask(requestText({ headers: [`X: ${'x'.repeat(66_000)}`] })))).toBe(400);
    expect(statusOf(await ask(requestText({ headers: Array.from({ length: 600 }, () => 'X: y') })))).toBe(
      400,
    );
  });

  it('never names a number in the log', async () => {
    const { ask, logged, path } = createTestElement();
    path.placed = new Error('+12025550001');
    await ask(requestText());
    await ask(requestText({ callId: 'b@h', from: '"+12025550001 <sip:x>' }));
    expect(logged.length).toBeGreaterThan(1);
    expect(logged.join()).not.toContain('2025550001');
  });
});

describe('the way back (RFC 3261 Section 18.2.2, RFC 3581)', () => {
  const source = { address: '192.0.2.7', port: 40_000 };
  const rows: [string, string, number, string][] = [
    [
      'rport',
      'SIP/2.0/UDP 192.0.2.7:5070;rport;branch=z9hG4bK1',
      40_000,
      ';branch=z9hG4bK1;received=192.0.2.7;rport=40000',
    ],
    ['no rport', 'SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1', 5070, ';branch=z9hG4bK1'],
    ['no port', 'SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1', 5060, ';branch=z9hG4bK1'],
    [
      'another host',
      'SIP/2.0/UDP 198.51.100.9:53;branch=z9hG4bK1',
      53,
      ';branch=z9hG4bK1;received=192.0.2.7',
    ],
    [
      'a forged received',
      'SIP/2.0/UDP h;received=198.51.100.9;branch=z9hG4bK1',
      5060,
      ';branch=z9hG4bK1;received=192.0.2.7',
    ],
    [
      'maddr',
      'SIP/2.0/UDP 192.0.2.7;maddr=198.51.100.9;branch=z9hG4bK1',
      5060,
      ';maddr=198.51.100.9;branch=z9hG4bK1',
    ],
  ];
  it.each(rows)('%s: to the address it came from', async (_what, via, port, expected) => {
    const { ask } = createTestElement();
    const [sent = NOTHING] = await ask(requestText({ via }), source);
    expect(sent.port).toBe(port);
    const head = via.split(';')[0];
    expect(valuesIn(sent.answer, 'Via')).toEqual([`${head}${expected}`]);
  });

  it('repeats the Vias below as they came', async () => {
    const { ask } = createTestElement();
    const headers = [
      'Via: SIP/2.0/TCP a.example;branch=z9hG4bKa, SIP/2.0/UDP [2001:db8::1]:5061;branch=z9hG4bKb',
    ];
    const answer = answerOf(await ask(requestText({ headers })));
    expect(valuesIn(answer, 'Via').slice(1)).toEqual([
      'SIP/2.0/TCP a.example;branch=z9hG4bKa',
      'SIP/2.0/UDP [2001:db8::1]:5061;branch=z9hG4bKb',
    ]);
  });
});

describe('trunks', () => {
  const rules = [
    { trunk: trunk('outgoing', { name: 'group' }), trunkGroup: 'TG1', trunkContext: 'Example.net' },
    { trunk: trunk('outgoing', { name: 'parameter' }), parameter: { name: 'trunk', value: 'west' } },
    { trunk: trunk('both', { name: 'way' }), direction: 'incoming' as const, listener: 'in' },
    { trunk: trunk('outgoing', { name: 'peer' }), peer: 'west' },
    { trunk: trunk('both', { name: 'no way' }), peer: 'south' },
  ];
  const contact = (uri: string) => requestText({ headers: [`m: <${uri}>`] });
  const rows: [string, string, [string, string], string | undefined][] = [
    [
      'tgrp in the user part (RFC 4904)',
      contact('sip:+1;tgrp=TG1;trunk-context=example.net@h'),
      ['x', 'x'],
      'group',
    ],
    ['trgp behind the host', contact('sip:a@h;trgp=TG1;trunk-context=example.net'), ['x', 'x'], 'group'],
    ['another context', contact('sip:+1;tgrp=TG1;trunk-context=example.org@h'), ['x', 'x'], undefined],
    ['a parameter of the Request-URI', requestText({ uri: 'sip:+1@h;trunk=west' }), ['x', 'x'], 'parameter'],
    ['the listener', requestText(), ['in', 'x'], 'way'],
    ['the peer', requestText(), ['x', 'west'], 'peer'],
    ['no direction', requestText(), ['x', 'south'], undefined],
    ['nothing', requestText(), ['x', 'x'], undefined],
  ];
  it.each(rows)('are found by %s', async (_what, text, [listener, peer], name) => {
    const { ask, path } = createTestElement(rules);
    const sent = await ask(text, undefined, listener, peer);
    expect(path.asked.map((offer) => offer.trunk.name)).toEqual(name === undefined ? [] : [name]);
    expect(statusOf(sent)).toBe(name === undefined ? 404 : 302);
  });
});

describe('a call to an emergency service', () => {
  /** The call path says of what its trunk exempts that it goes on as it came. */
  const asked = async (written: object, rules?: readonly TrunkRule[]) => {
    const { ask, path } = createTestElement(rules);
    path.placed = { ...PLACED, action: 'unchanged', identities: [], reason: 'exempt' };
    path.received = received(notVerified('not-checked'), { action: 'unchanged', reason: 'exempt' });
    const status = statusOf(await ask(requestText(written)));
    const [offer] = path.asked;
    return { status, isExempt: offer && isExemptCall(offer) };
  };
  const exempt = { status: 404, isExempt: true };

  it.each(['urn:service:sos', 'urn:service:sos.police', 'URN:service:sos.fire'])(
    'goes on to %s, whatever it asks for',
    async (uri) => {
      const required = { uri, to: `<${uri}>`, headers: ['Require: nobody-has-this'] };
      expect(await asked({ uri, to: `<${uri}>` })).toEqual({ status: 404, isExempt: true });
      expect(await asked(required)).toEqual({ status: 404, isExempt: true });
    },
  );

  it('goes on to a number that the trunk exempts, though it asks for what nobody has', async () => {
    const headers = ['Require: nobody-has-this'];
    expect(await asked({ uri: 'sip:911@switch.example.net', headers })).toEqual(exempt);
    expect((await asked({ uri: 'sip:912@switch.example.net', headers })).status).toBe(420);
  });

  it.each(['urn:service:counseling', 'urn:service:sosnot', 'urn:nena:service:sos', 'urn:service'])(
    'is not one to %s',
    async (uri) => {
      expect(await asked({ uri, to: `<${uri}>` })).toEqual({ status: 416, isExempt: undefined });
    },
  );

  it.each(['<urn:service:sos>', '<sip:911@switch.example.net>', '<tel:112>', '"a" <sip:+999@h;user=phone>'])(
    'is known by its To as well, where the Request-URI leads elsewhere by now: %s',
    async (to) => {
      expect(await asked({ to })).toEqual(exempt);
      expect(await asked({ to }, [{ trunk: trunk('incoming') }])).toEqual(exempt);
    },
  );

  it('is known by its Request-URI, whatever its To', async () => {
    expect(await asked({ uri: 'sip:911@switch.example.net' })).toEqual(exempt);
  });

  const broken: [string, string[], string][] = [
    ['a Date that is none', ['Date: yesterday'], ''],
    ['a Date of another zone', ['Date: Fri, 25 Sep 2015 19:12:25 EST'], ''],
    ['Date twice', ['Date: Fri, 25 Sep 2015 19:12:25 GMT', 'Date: Fri, 25 Sep 2015 19:12:25 GMT'], ''],
    ['an asserted identity that is none', ['P-Asserted-Identity: <911'], ''],
    ['an option tag that is none', ['Require: a b'], ''],
    ['a Contact that is none', ['Contact: <'], ''],
    ['fingerprints that are none', [], 'a=fingerprint:nonsense\r\n'],
    ['a second Max-Forwards', ['Max-Forwards: 70'], ''],
  ];
  it.each(broken)('goes on with %s, which another call does not', async (_what, headers, body) => {
    expect((await asked({ headers, body })).status).toBe(400);
    expect(await asked({ uri: 'sip:911@switch.example.net', headers, body })).toEqual(exempt);
    expect(await asked({ headers: [...headers, 'Priority: psap-callback'], body })).toEqual(exempt);
    expect((await asked({ uri: 'sip:911@h', headers, body }, [])).status).toBe(404);
  });

  it.each(['Via: nonsense', 'From: <sip:b@h>', 'Call-ID: two@h', 'CSeq: 1 INVITE'])(
    'is refused where nothing can be made of it: a further %s',
    async (line) => {
      expect((await asked({ uri: 'sip:911@switch.example.net', headers: [line] })).status).toBe(400);
    },
  );
});

describe('a call back from an emergency service', () => {
  const marks = [
    'Priority: psap-callback',
    'PRIORITY : PSAP-Callback',
    'Resource-Priority: esnet.0',
    'Resource-Priority: wps.3, esnet.1',
    'resource-priority: ets.0,ESNET.2',
  ];
  const markedBy = async (headers: readonly string[], direction: 'outgoing' | 'incoming' = 'incoming') => {
    const { ask, path } = createTestElement([{ trunk: trunk(direction) }]);
    await ask(requestText({ headers }));
    return isExemptCall(path.asked[0]!);
  };

  it.each(marks)('is known by %s (RFC 7090, RFC 7135)', async (mark) => {
    expect(await markedBy([mark])).toBe(true);
    expect(await markedBy([mark], 'outgoing')).toBe(true);
    expect(await markedBy(['Priority: urgent', 'Resource-Priority: wps.1', mark])).toBe(true);
  });

  it.each([
    'Priority: emergency',
    'Priority: not-psap-callback',
    'Priority: psap-callback-not',
    'Subject: psap-callback',
    'Resource-Priority: wps.0',
    'Resource-Priority: notesnet.0',
    'Resource-Priority: q735.esnet',
    'X-Resource-Priority: esnet.0',
  ])('is not one by %s', async (mark) => {
    expect(await markedBy([mark])).toBe(false);
  });

  it('where the trunk does not believe it: verified, refused and as well-formed as any other', async () => {
    const doubting = [{ trunk: trunk('incoming', { areEmergencyMarksTrusted: false }) }];
    const { ask, path } = createTestElement(doubting);
    path.received = received(notVerified('no-passport', 'out-of-band'), { action: 'block' });
    const headers = ['Priority: psap-callback'];
    expect(statusOf(await ask(requestText({ headers })))).toBe(603);
    expect(isExemptCall(path.asked[0]!)).toBe(false);
    expect(statusOf(await ask(requestText({ headers: [...headers, 'Date: yesterday'] })))).toBe(400);
    expect(path.asked).toHaveLength(1);
  });
});
