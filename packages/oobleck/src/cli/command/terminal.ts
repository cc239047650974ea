// Where a command writes: results to standard output, what is wrong to standard error.

export interface Terminal {
  out(line: string): void;
  error(line: string): void;
  /** Whether people look at it: then colours and widths matter. */
  readonly isInteractive: boolean;
}

export function createTerminal(): Terminal {
  process.stdout.on('error', endQuietly);
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    error: (line) => void process.stderr.write(`${line}\n`),
    isInteractive: process.stdout.isTTY === true,
  };
}

/** Whoever reads may have seen enough: `oobleck ... | head -3` is no failure of this side. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
