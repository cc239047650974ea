// `oobleck lab FOLDER`: a laboratory on disk, to try a switch against.

import { writeLab } from '../../lab/lab-files.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import type { Terminal } from '../command/terminal.ts';

export async function writeLabFolder(folder: string, terminal: Terminal): Promise<ExitCode> {
  const { alpha, bravo } = await writeLab(folder, Date.now());
  for (const carrier of [alpha, bravo]) {
    terminal.out(`${carrier.name}: oobleck serve --config ${carrier.servicesFile}`);
    terminal.out(
      `       oobleck serve --config ${carrier.callsFile}    REST on http://127.0.0.1:${carrier.restPort}`,
    );
  }
  return EXIT.fine;
}
