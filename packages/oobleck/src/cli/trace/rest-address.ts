// Where the REST interface of a process is: as its configuration says, or as the person who asks does.

import { ConfigurationError, readConfiguration } from '../../operate/index.ts';
import { CONFIGURATION } from '../../wiring/index.ts';
import { CommandFault } from '../command/command-fault.ts';

export interface RestAddressOptions {
  readonly config?: string;
  readonly url?: string;
}

/** An origin. @throws CommandFault */
export function restAddress({ config, url }: RestAddressOptions): string {
  if ((config === undefined) === (url === undefined))
    throw new CommandFault('expected --config FILE or --url ORIGIN');
  return url === undefined ? fromConfiguration(config!) : originOf(url);
}

function originOf(text: string): string {
  const url = URL.parse(text);
  const isOrigin = url !== null && url.pathname === '/' && url.search === '' && url.hash === '';
  if (!isOrigin || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new CommandFault('--url: expected an origin such as http://127.0.0.1:8080');
  return url.origin;
}

const ANY = new Set(['0.0.0.0', '::']);

function fromConfiguration(path: string): string {
  const { host = '127.0.0.1', port, tls } = restOf(path);
  if (port === 0) throw new CommandFault('--config: rest.port is 0, any that is free; --url says which');
  if (ANY.has(host) && tls !== undefined)
    throw new CommandFault('--config: rest.host is every address; --url says by which name');
  const name = host.includes(':') ? `[${host}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${port}`;
}

function restOf(path: string) {
  try {
    const { rest } = readConfiguration(path, CONFIGURATION);
    if (rest !== undefined) return rest;
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause;
    throw new CommandFault(`--config: ${cause.faults.join('; ')}`, undefined, { cause });
  }
  throw new CommandFault('--config: no REST interface runs there');
}
