// `oobleck trace`: asks a running process what it did about a call. Neither the call's id nor a number is in what is
// printed: who looks over a shoulder, or finds the output in a ticket, learns of no caller.

import { createSafeClient, HttpFailure, type HttpReply, type SafeClient } from '../../http/index.ts';
import { CommandFault } from '../command/command-fault.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { readText } from '../command/input.ts';
import { count, paint } from '../command/layout.ts';
import type { Terminal } from '../command/terminal.ts';
import { type ReadTrace, readTraces } from './read-traces.ts';
import { type RestAddressOptions, restAddress } from './rest-address.ts';

export interface TraceOptions extends RestAddressOptions {
  readonly bearerKey?: string;
  readonly certificate?: string;
  readonly certificateKey?: string;
  /** PEM roots of TLS instead of the system's. */
  readonly ca?: string;
  readonly json?: boolean;
}

const DEADLINE_MS = 5_000;
const MAXIMUM_BYTES = 4_194_304;
/** Of a call's id, as the interface takes it. */
const MAXIMUM_ID = 256;

export async function trace(callId: string, options: TraceOptions, terminal: Terminal): Promise<ExitCode> {
  const id = (callId === '-' ? readText('-') : callId).trim();
  if (id === '' || id.length > MAXIMUM_ID) throw new CommandFault('expected the id of a call');
  const origin = restAddress(options);
  const headers = authorization(options);
  const client = createClient(options);
  let reply: HttpReply;
  try {
    reply = await ask(client, `${origin}/stir/v1/traces/${encodeURIComponent(id)}`, headers);
  } finally {
    await client.close();
  }
  requireAnswer(reply.status);
  const traces = readTraces(reply.body);
  if (options.json === true) terminal.out(JSON.stringify({ traces }));
  else print(traces, terminal);
  return traces.length === 0 ? EXIT.notVerified : EXIT.fine;
}

function authorization({ bearerKey }: TraceOptions): Record<string, string> {
  if (bearerKey === undefined) return {};
  const key = readText(bearerKey).trim();
  if (!/^[!-~]{16,256}$/.test(key)) throw new CommandFault('--bearer-key: not a key');
  return { authorization: `Bearer ${key}` };
}

/** Whoever asks has named the address: any may be reached, without TLS this machine only. */
function createClient({ certificate, certificateKey, ca }: TraceOptions): SafeClient {
  if ((certificate === undefined) !== (certificateKey === undefined))
    throw new CommandFault('expected --certificate and --certificate-key together');
  return createSafeClient({
    allowAddresses: ['0.0.0.0/0', '::/0'],
    allowLoopbackHttp: true,
    ...(ca === undefined ? {} : { ca: [readText(ca)] }),
    ...(certificate === undefined || certificateKey === undefined
      ? {}
      : { clientCertificate: { certificate: readText(certificate), key: readText(certificateKey) } }),
  });
}

async function ask(
  client: SafeClient,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<HttpReply> {
  try {
    return await client.request({
      method: 'GET',
      url,
      headers,
      deadlineMs: DEADLINE_MS,
      maxResponseBytes: MAXIMUM_BYTES,
    });
  } catch (cause) {
    if (!(cause instanceof HttpFailure)) throw cause;
    throw new CommandFault(`the REST interface: ${cause.message} (${cause.code})`, EXIT.unavailable, {
      cause,
    });
  }
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: 'it wants the bearer key or client certificate of a tenant (--bearer-key, --certificate)',
  403: 'it does not answer under that name; --url names another',
};

function requireAnswer(status: number): void {
  if (status === 200) return;
  const isRefusal = status in REFUSALS;
  throw new CommandFault(
    `the REST interface: ${REFUSALS[status] ?? `answered ${status}`}`,
    isRefusal ? EXIT.usage : EXIT.unavailable,
  );
}

function print(traces: readonly ReadTrace[], terminal: Terminal): void {
  for (const { direction, trunk, offeredAtMs, steps, traceId } of traces) {
    const at = new Date(offeredAtMs).toISOString();
    terminal.out(paint(`${at}  ${direction}, trunk ${trunk}`, 'bold', terminal));
    for (const { ms, step, reason } of steps)
      terminal.out(`${ms.toFixed(1).padStart(10)} ms  ${step.padEnd(10)}${reason}`);
    terminal.out(`  trace ${traceId}`);
  }
  terminal.out(
    traces.length === 0 ? 'nothing is known of that call' : count(traces.length, 'time asked', 'times asked'),
  );
}
