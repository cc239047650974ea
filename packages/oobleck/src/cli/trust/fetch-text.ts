// Gets what a person named by its URL, through the safe client.

import { decodeUtf8 } from '@oobleck/stir/bytes';
import { HttpFailure } from '../../http/index.ts';
import { CommandFault, reading } from '../command/command-fault.ts';
import { EXIT } from '../command/exit-code.ts';
import { createOutgoing, type OutgoingOptions } from '../command/outgoing.ts';

const DEADLINE_MS = 10_000;

/** @throws CommandFault with exit code 69 where there is no answer */
export async function fetchText(
  url: string,
  maximumBytes: number,
  options: OutgoingOptions,
): Promise<string> {
  const client = createOutgoing(options);
  try {
    const { status, body } = await client.request({
      method: 'GET',
      url,
      headers: { accept: 'application/jose+json, application/pem-certificate-chain' },
      deadlineMs: DEADLINE_MS,
      maxResponseBytes: maximumBytes,
    });
    if (status !== 200) throw new CommandFault(`the list: the server answered ${status}`, EXIT.unavailable);
    return reading('the list', () => decodeUtf8(body), EXIT.notVerified);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const isUsage = error.code === 'refused-url';
    throw new CommandFault(`the list: ${error.message}`, isUsage ? EXIT.usage : EXIT.unavailable);
  } finally {
    await client.close();
  }
}
