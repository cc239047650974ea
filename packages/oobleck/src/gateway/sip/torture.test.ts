// The 49 messages of RFC 4475, each with what this element does about it. The RFC leaves some to the element's kind:
// methods it does not serve are 405, a body is nothing to a redirection, and a response is never asked for.

import { describe, expect, it } from 'vitest';
import { readRequest } from './request.ts';
import { scanMessage } from './scan-message.ts';
import { SipFault } from './sip-fault.ts';
import { createTestElement, IDENTITY, NOTHING, SWITCH, statusOf, valuesIn } from './sip-fixture.ts';
import vectors from './vectors/torture.rfc4475.json' with { type: 'json' };

const messages = new Map(vectors.messages.map((one) => [one.name, one]));
const textOf = (name: string): string => messages.get(name)!.message;
const read = (name: string) => readRequest(scanMessage(Buffer.from(textOf(name), 'latin1')));

describe('RFC 4475: torture messages', () => {
  it('are all there', () => {
    expect(messages.size).toBe(49);
  });

  it.each(vectors.messages)('Section $section $name: $answer ($about)', async ({ message, answer }) => {
    const { ask, path } = createTestElement();
    const sent = await ask(message);
    expect(statusOf(sent) ?? 'drop').toBe(answer);
    expect(sent.length).toBeLessThan(2);
    // Only what is answered by a redirection was looked into as a call.
    expect(path.asked.length).toBe(answer === 302 ? 1 : 0);
    if (answer === 302) expect(valuesIn(sent[0]!.answer, 'Identity')).toEqual([IDENTITY]);
  });

  it('wsinv: folded lines, blanks and compact names say what they say', () => {
    const { uri, to, from, callId, sequence, maxForwards, vias, contacts } = read('wsinv');
    expect(uri.text).toBe('sip:vivekg@chair-dnrc.example.com;unknownparam');
    expect([to.uri.text, to.parameters.get('tag')]).toEqual([
      'sip:vivekg@chair-dnrc.example.com',
      '1918181833n',
    ]);
    expect([from.writtenName, from.parameters.get('tag')]).toEqual(['"J Rosenberg \\\\\\""', '98asjd8']);
    expect([callId, sequence, maxForwards]).toEqual(['wsinv.ndaksdj@192.0.2.1', 9, 68]);
    expect(
      vias.map(({ transport, host, parameters }) => [transport, host, parameters.get('branch')]),
    ).toEqual([
      ['UDP', '192.0.2.2', '390skdjuw'],
      ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
      ['UDP', '192.168.255.111', 'z9hG4bK30239'],
    ]);
    expect([...contacts[0]!.parameters]).toEqual([
      ['newparam', 'newvalue'],
      ['secondparam', ''],
      ['q', '0.33'],
    ]);
  });

  it('wsinv: the answer repeats its three Vias, the topmost first, with where it came from', async () => {
    const { ask } = createTestElement();
    const [{ answer, port } = NOTHING] = await ask(textOf('wsinv'));
    const vias = valuesIn(answer, 'Via');
    expect(vias).toHaveLength(3);
    expect(vias[0]).toContain('192.0.2.2;branch=390skdjuw;received=192.0.2.1');
    expect(port).toBe(5060);
  });

  it('esc01: an escape is resolved once, and a user part stays one', async () => {
    const { ask, path } = createTestElement();
    await ask(textOf('esc01'));
    expect(read('esc01').uri).toMatchObject({ user: 'sips%3Auser%40example.com', host: 'example.net' });
    expect(path.asked[0]!.called).toBe('sip:sips%3Auser%40example.com@example.net');
    expect(path.asked[0]!.caller).toBe('<sip:I%20have%20spaces@example.net>');
  });

  it('escnull: %00 cuts nothing', () => {
    expect(read('escnull').to.uri.user).toBe('null-%00-null');
    expect(read('escnull').contacts.map(({ uri }) => uri.user)).toEqual(['%00', '%00%00']);
  });

  it('semiuri: the semicolon is in the user part', () => {
    expect(read('semiuri').uri).toMatchObject({
      user: 'user;par=u%40example.net',
      host: 'example.com',
      parameters: '',
    });
  });

  it('cparam01, cparam02: a parameter belongs to Contact without brackets, to the URI within', () => {
    const [outside, inside] = ['cparam01', 'cparam02'].map((name) => read(name).contacts[0]!);
    expect([outside!.uri.parameters, outside!.parameters.has('unknownparam')]).toEqual(['', true]);
    expect([inside!.uri.parameters, inside!.parameters.has('unknownparam')]).toEqual([
      ';unknownparam',
      false,
    ]);
  });

  it('regescrt: Route stays in the URI', () => {
    expect(read('regescrt').contacts[0]!.uri.headers).toBe('Route=%3Csip:sip.example.com%3E');
  });

  it('esc02: C%6Fntact is a field of another name', () => {
    expect(() => read('esc02')).toThrow(SipFault);
    const names = scanMessage(Buffer.from(textOf('esc02'), 'latin1')).fields.map(({ name }) => name);
    expect(names.filter((name) => name === 'contact')).toHaveLength(2);
  });

  it('bext01: 420 names what is not supported', async () => {
    const { ask } = createTestElement();
    const [{ answer } = NOTHING] = await ask(textOf('bext01'));
    expect(valuesIn(answer, 'Unsupported')).toEqual([
      'nothingSupportsThis, nothingSupportsThisEither, noProxiesSupportThis, norDoAnyProxiesSupportThis',
    ]);
  });

  it('dblreq: what follows the message is no request of its own', async () => {
    const { ask } = createTestElement();
    const sent = await ask(textOf('dblreq'), SWITCH);
    expect(sent).toHaveLength(1);
    expect(valuesIn(sent[0]!.answer, 'CSeq')).toEqual(['8 REGISTER']);
  });

  it('insuf: what is missing is missing in the answer, and it is answered all the same', async () => {
    const { ask } = createTestElement();
    const [{ answer } = NOTHING] = await ask(textOf('insuf'));
    expect(valuesIn(answer, 'CSeq')).toEqual(['193942 INVITE']);
    expect([valuesIn(answer, 'To'), valuesIn(answer, 'Call-ID')]).toEqual([[], []]);
  });
});
