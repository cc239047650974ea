import { EXIT, type ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';
export async function demo(_options: { isJson: boolean }, _terminal: Terminal): Promise<ExitCode> {
  return EXIT.unavailable;
}
