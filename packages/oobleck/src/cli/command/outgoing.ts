// The safe client as commands use it: public addresses only, unless the person names others.

import { createSafeClient, type SafeClient } from '../../http/index.ts';
import { CommandFault } from './command-fault.ts';
import { readText } from './input.ts';

export interface OutgoingOptions {
  /** PEM roots of TLS instead of the system's. */
  readonly ca?: string;
  readonly allowAddress?: readonly string[];
  readonly allowPort?: readonly string[];
}

/** @throws CommandFault */
export function createOutgoing({ ca, allowAddress = [], allowPort = [] }: OutgoingOptions): SafeClient {
  if (!allowPort.every((port) => /^[1-9][0-9]{0,4}$/.test(port)))
    throw new CommandFault('--allow-port: expected port numbers');
  try {
    return createSafeClient({
      allowAddresses: allowAddress,
      ...(ca === undefined ? {} : { ca: [readText(ca)] }),
    });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CommandFault('--allow-address: expected IP addresses or CIDR blocks');
  }
}
