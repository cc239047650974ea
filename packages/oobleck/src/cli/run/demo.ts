// `oobleck demo [--json]`: plays calls between two carriers, each with its own roles, over HTTPS on loopback, and shows
// what came of them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningLab, SCENARIOS, type ScenarioResult, startLab } from '../../lab/index.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import type { Terminal } from '../command/terminal.ts';
import { drawLadder } from './ladder.ts';

export async function demo({ isJson }: { readonly isJson: boolean }, terminal: Terminal): Promise<ExitCode> {
  const folder = mkdtempSync(join(tmpdir(), 'oobleck-demo-'));
  try {
    if (!isJson) terminal.out(INTRODUCTION);
    const lab = await startLab(folder);
    try {
      const results = await playAll(lab, isJson, terminal);
      if (!isJson) printTable(results, terminal);
      return results.every(({ isAsExpected }) => isAsExpected) ? EXIT.fine : EXIT.notVerified;
    } finally {
      await lab.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const INTRODUCTION = `Two carriers on this machine, Alpha and Bravo, each with an authentication service (AS), a
verification service (VS), a Call Placement Service (CPS), a key directory and a token issuer.
Certificates, HTTPS, sealing and blind-signed tokens are real; only the telephone leg is pretended.
(Tokens are spent fresh here; elsewhere they rest ten minutes first, so that age tells nothing.)
`;

async function playAll(
  lab: RunningLab,
  isJson: boolean,
  terminal: Terminal,
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const play of SCENARIOS) {
    const result = await play(lab);
    results.push(result);
    if (isJson) terminal.out(formatJson(result));
    else printScenario(result, terminal);
  }
  return results;
}

function formatJson({
  scenario,
  verstat,
  reason,
  attest,
  elapsedMs,
  expected,
  isAsExpected,
}: ScenarioResult): string {
  return JSON.stringify({ scenario, verstat, reason, attest, elapsedMs, expected, asExpected: isAsExpected });
}

function printScenario(result: ScenarioResult, terminal: Terminal): void {
  terminal.out(`\n${bold(result.scenario, terminal)}  ${result.story}\n`);
  for (const line of drawLadder(result.steps)) terminal.out(`  ${line}`);
  terminal.out('');
  for (const sight of result.sights) terminal.out(`  saw: ${sight}`);
}

function printTable(results: readonly ScenarioResult[], terminal: Terminal): void {
  terminal.out(
    `\n${'scenario'.padEnd(16)}${'verstat'.padEnd(23)}${'reason'.padEnd(24)}${'attest'.padEnd(8)}      ms`,
  );
  terminal.out('─'.repeat(84));
  for (const { scenario, verstat, reason, attest, elapsedMs, isAsExpected } of results)
    terminal.out(
      `${scenario.padEnd(16)}${verstat.padEnd(23)}${reason.padEnd(24)}${(attest ?? '').padEnd(8)}${elapsedMs.toFixed(1).padStart(8)}  ${isAsExpected ? 'ok' : 'NOT AS EXPECTED'}`,
    );
  const good = results.filter(({ isAsExpected }) => isAsExpected).length;
  terminal.out(`\n${good} of ${results.length} scenarios came out as they should.`);
}

function bold(text: string, { isInteractive }: Terminal): string {
  return isInteractive ? `\u001b[1m${text}\u001b[0m` : text;
}
