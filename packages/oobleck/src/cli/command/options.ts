// Options that several commands take.

import type { Command } from 'commander';

export interface JsonOption {
  readonly json?: boolean;
}

export const JSON_OPTION = ['--json', 'one JSON value, for programs'] as const;

/** How what is fetched is reached. */
export function addOutgoing(command: Command): Command {
  return command
    .option('--ca <file>', 'when fetching: roots of TLS, PEM, instead of the system’s')
    .option('--allow-address <cidr...>', 'when fetching: addresses to reach beside public ones')
    .option('--allow-port <port...>', 'when fetching: ports of x5u beside 443 and 8443');
}
