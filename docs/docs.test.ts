// What the documents show, runs: TypeScript blocks are executed, configurations are held to the schema, JSON parses,
// scripts and commands exist, links lead somewhere.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../packages/oobleck/src/cli/program.ts';
import { parseConfiguration } from '../packages/oobleck/src/operate/index.ts';
import { CONFIGURATION } from '../packages/oobleck/src/wiring/index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

const SILENT = { out: () => {}, error: () => {}, isInteractive: false };

interface Block {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

const BLOCKS = DOCUMENTS.flatMap(readBlocks);

function readBlocks(document: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | undefined;
  for (const [index, text] of readFileSync(join(ROOT, document), 'utf8').split('\n').entries()) {
    const fence = /^```(.*)$/.exec(text);
    if (fence === null) open?.lines.push(text);
    else if (open === undefined) open = { line: index + 1, language: fence[1]!.trim(), lines: [] };
    else {
      blocks.push({ document, line: open.line, language: open.language, text: open.lines.join('\n') });
      open = undefined;
    }
  }
  return blocks;
}

function blocksOf(language: string): (Block & { name: string })[] {
  return BLOCKS.filter((block) => block.language === language).map((block) => ({
    ...block,
    name: `${block.document}:${block.line}`,
  }));
}

describe('TypeScript runs, and says what its comments say', () => {
  it.each(blocksOf('ts'))('$name', async ({ text }) => {
    const folder = mkdtempSync(join(ROOT, 'docs', '.run-'));
    try {
      const file = join(folder, 'block.ts');
      writeFileSync(file, text);
      const { stdout, stderr } = await run(process.execPath, [file]);
      expect(stderr).not.toContain('Assertion failed');
      const said = [...text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1]);
      expect(stdout.trim().split('\n')).toEqual(said);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('configurations are of the form that serve takes', () => {
  it.each(blocksOf('json configuration'))('$name', ({ text }) => {
    expect(() => parseConfiguration(text, CONFIGURATION)).not.toThrow();
  });
});

describe('JSON is JSON', () => {
  it.each(blocksOf('json'))('$name', ({ text }) => {
    expect(() => JSON.parse(text)).not.toThrow();
  });
});

describe('commands exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  it.each(blocksOf('sh'))('$name', ({ text }) => {
    const named = [...text.matchAll(/npm (?:run )?([a-z:]+)/g)].map((match) => match[1]!);
    for (const name of named.filter((one) => one !== 'ci')) expect(scripts).toHaveProperty([name]);
    for (const [, command, inner] of text.matchAll(/oobleck -- ([a-z]+)(?: ([a-z]+))?/g))
      expect(isCommand(command!, inner), `${command} ${inner ?? ''}`).toBe(true);
  });
});

/** Whether the program has the command; where it is a group, also what is in it. */
function isCommand(name: string, inner: string | undefined): boolean {
  const command = createProgram(SILENT, () => {}).commands.find((one) => one.name() === name);
  if (command === undefined) return false;
  return command.commands.length === 0 || command.commands.some((one) => one.name() === inner);
}

describe('links lead somewhere', () => {
  it.each(DOCUMENTS)('%s', (document) => {
    const text = readFileSync(join(ROOT, document), 'utf8');
    for (const [, target] of text.matchAll(/\]\(([^)#\s]*)(?:#[^)]*)?\)/g))
      if (target !== '' && !target!.startsWith('https://'))
        expect(existsSync(join(ROOT, dirname(document), target!)), target).toBe(true);
  });
});

it('every field of the configuration is in the reference', () => {
  const reference = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8');
  const fields = fieldsOf(CONFIGURATION as unknown as Schema);
  expect(fields.length).toBeGreaterThan(50);
  expect(fields.filter((name) => !new RegExp(`\\b${name}\\b`).test(reference))).toEqual([]);
});

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

function fieldsOf({ properties = {}, items, anyOf = [] }: Schema): string[] {
  const own = Object.entries(properties).flatMap(([name, schema]) => [name, ...fieldsOf(schema)]);
  return [...own, ...(items === undefined ? [] : fieldsOf(items)), ...anyOf.flatMap(fieldsOf)];
}
