// Everything of the SIP gateway that reads what a network sends, for the fuzzer. The gateway has an error of its own; the
// fuzzer knows that of the protocol package.

import { StirError } from '@oobleck/stir';
import type { Target } from '../../../stir/test/fuzz/fuzz.ts';
import { createMessageFraming } from '../../src/gateway/sip/message-framing.ts';
import { offeredCall } from '../../src/gateway/sip/offered-call.ts';
import { readRequest } from '../../src/gateway/sip/request.ts';
import { scanMessage } from '../../src/gateway/sip/scan-message.ts';
import { SipFault } from '../../src/gateway/sip/sip-fault.ts';
import { createTestElement, trunk } from '../../src/gateway/sip/sip-fixture.ts';
import { generateSip } from './sip-grammar.ts';

function refused<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SipFault) throw new StirError('ERR_CALL_FORMAT', error.message);
    throw error;
  }
}

function readOffer(text: string): void {
  refused(() => offeredCall(readRequest(scanMessage(Buffer.from(text, 'latin1'))), trunk('outgoing')));
}

/** Answered or dropped; an error that nobody foresaw would be a 500. */
function answer(text: string): void {
  const { element } = createTestElement([{ trunk: trunk('incoming') }]);
  const source = { address: '192.0.2.1', port: 5060 };
  element.receive(scanMessage(Buffer.from(text, 'latin1')), {
    listener: 'udp',
    peer: 'switch',
    source,
    send(written) {
      const [head] = written.split('\r\n\r\n');
      const isWhole = /^SIP\/2\.0 [2-6][0-9]{2} /.test(written) && !written.startsWith('SIP/2.0 500');
      if (!isWhole || /[^\r]\n|\r[^\n]/.test(head!)) throw new Error('not an answer');
    },
  });
}

/** The stream gives the same messages however it is cut. */
function frame(text: string): void {
  const bytes = Buffer.from(text, 'latin1');
  const read = (size: number): string => {
    const seen: string[] = [];
    const framing = createMessageFraming({
      message: ({ startLine, fields, body }) => {
        const read = fields.map(({ name, text }) => [name, text]);
        seen.push(JSON.stringify([startLine.text, read, body.text]));
      },
      ping: () => undefined,
      end: () => seen.push('end'),
    });
    for (let at = 0; at < bytes.length; at += size) framing.push(bytes.subarray(at, at + size));
    return seen.join('\n');
  };
  if (read(bytes.length || 1) !== read(Math.max(7, bytes.length >> 6)))
    throw new Error('cut differently, read differently');
}

export const SIP_TARGET: Target = {
  name: 'sip-message',
  generate: generateSip,
  parsers: { readOffer, answer, frame },
};
