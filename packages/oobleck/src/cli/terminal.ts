// Where a command writes: results to standard output, what is wrong to standard error.

export interface Terminal {
  out(line: string): void;
  error(line: string): void;
  /** Whether people look at it: then colours and widths matter. */
  readonly isInteractive: boolean;
}

export function createTerminal(): Terminal {
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    error: (line) => void process.stderr.write(`${line}\n`),
    isInteractive: process.stdout.isTTY === true,
  };
}
