// A real carrier's public process with several workers: `oobleck serve`, as an operator runs it. Its CPU time is that of
// the primary and all workers, as the system counts it (in hundredths of a second).
//
// Arguments: the configuration, and the folder its paths are relative to.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reportToParent } from './server-process.ts';

const MAIN = fileURLToPath(new URL('../../packages/oobleck/src/cli/main.ts', import.meta.url));
const TICKS_PER_SECOND = 100;

const [configurationFile, folder] = process.argv.slice(2);
const child = spawn(process.execPath, [MAIN, 'serve', '--config', configurationFile!], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const origin = await new Promise<string>((resolve, reject) => {
  let written = '';
  child.stdout.on('data', (chunk: Buffer) => {
    written += chunk.toString();
    const [, found] = /^ready (\S+)/m.exec(written) ?? [];
    if (found !== undefined) resolve(found);
  });
  child.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
});
reportToParent(origin, cpuSeconds, () => {
  child.once('exit', () => process.exit());
  child.kill('SIGTERM');
});

function cpuSeconds(): number {
  const pid = child.pid!;
  const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return [String(pid), ...workers].reduce((sum, one) => sum + ticksOf(one), 0) / TICKS_PER_SECOND;
}

/** User and system time: the 14th and 15th field of `stat`, counted after the name in brackets. */
function ticksOf(pid: string): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
