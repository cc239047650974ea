import { describe, expect, it } from 'vitest';
import { checkBoundaries } from '../../../scripts/boundaries/check.ts';
import { codeOf, importsOf } from '../../../scripts/boundaries/source-code.ts';
import { readWorkspace } from '../../../scripts/check-boundaries.ts';

/** Violations of files given as path below `packages/` and text. */
function check(files: Record<string, string>) {
  return checkBoundaries({
    files: Object.entries(files).map(([path, text]) => ({ path: `packages/${path}`, text })),
    protocolDependencies: ['@noble/hashes'],
  });
}

/** The rules that one file breaks by importing `specifier`. */
function rulesBroken(path: string, specifier: string, clause = '{ a }'): readonly string[] {
  return check({ [path]: `import ${clause} from '${specifier}';\n` }).map(({ rule }) => rule);
}

describe('reading imports', () => {
  it('finds each form of import with its line, and tells types from values', () => {
    const text = [
      "import a, { type B } from './one.ts';",
      "import type { C } from './two.ts';",
      'import {',
      '  type D,',
      '  type E,',
      '} from "./three.ts";',
      "export * from './four.ts';",
      "export type { F } from './five.ts';",
      "import './six.ts';",
      "const seven = await import('./seven.ts');",
      "import type, { G } from './eight.ts';",
      "import {} from './nine.ts';",
    ].join('\n');
    expect(importsOf({ path: 'x.ts', text })).toEqual([
      { line: 1, specifier: './one.ts', isTypeOnly: false },
      { line: 2, specifier: './two.ts', isTypeOnly: true },
      { line: 6, specifier: './three.ts', isTypeOnly: true },
      { line: 7, specifier: './four.ts', isTypeOnly: false },
      { line: 8, specifier: './five.ts', isTypeOnly: true },
      { line: 9, specifier: './six.ts', isTypeOnly: false },
      { line: 10, specifier: './seven.ts', isTypeOnly: false },
      { line: 11, specifier: './eight.ts', isTypeOnly: false },
      { line: 12, specifier: './nine.ts', isTypeOnly: false },
    ]);
  });

  it('sees no import in comments, strings, templates and patterns, and one after them', () => {
    const text = [
      "// import a from './a.ts';",
      "/* import b from './b.ts'; */",
      'const c = "import c from \'./c.ts\';";',
      "const d = `import d from './d.ts'; \u0024{e({ f: `}` })} import g from './g.ts';`;",
      'const h = /[\'"`]/.test(i) ? j / k : l / 2;',
      "const m = 'it\\'s // no comment';",
      "import n from './n.ts';",
    ].join('\n');
    expect(importsOf({ path: 'x.ts', text })).toEqual([{ line: 7, specifier: './n.ts', isTypeOnly: false }]);
    expect(codeOf(text)).toHaveLength(text.length);
    const template = 'a = `fetch \u0024{fetch} fetch`;';
    expect(codeOf(template)).toBe('a = `        fetch}       ;');
  });
});

describe('the protocol package', () => {
  const at = 'stir/src/seal/seal.ts';

  it.each(['node:fs', 'undici', '../../../oobleck/src/crypto/index.ts', 'oobleck'])(
    'does not import %s, not even its types',
    (specifier) => {
      expect(rulesBroken(at, specifier)).toEqual(['pure']);
      expect(rulesBroken(at, specifier, 'type { A }')).toEqual(['pure']);
    },
  );

  it.each(['@noble/hashes', '@noble/hashes/sha2.js', './hpke.ts', '../bytes/index.ts'])(
    'imports %s',
    (one) => {
      expect(rulesBroken(at, one)).toEqual([]);
    },
  );

  it('is entered room by room through index.ts, the port and the error excepted', () => {
    expect(rulesBroken(at, '../bytes/byte-reader.ts')).toEqual(['door']);
    expect(rulesBroken(at, '../crypto/integer.ts')).toEqual(['door']);
    expect(rulesBroken(at, '../crypto/crypto.ts')).toEqual([]);
    expect(rulesBroken(at, '../stir-error.ts')).toEqual([]);
  });

  it.each([
    'process.env',
    'Buffer.from(a)',
    'setTimeout(a)',
    'await fetch(a)',
    'Date.now()',
    'new Date()',
    'Math.random()',
    'console.log(a)',
  ])('uses no %s', (code) => {
    expect(check({ [at]: `const a = 1;\nconst b = ${code};\n` })).toMatchObject([{ line: 2, rule: 'pure' }]);
  });

  it.each(["'process'", '// fetch', 'a.process', '{ process: 1 }', 'preprocess', 'new Date(at)', '/fetch/'])(
    'may write %s',
    (code) => {
      expect(check({ [at]: `const b =\n${code}\n;` })).toEqual([]);
    },
  );
});

describe('rooms of the program', () => {
  it.each([
    '../store/memory/mailbox-store.ts',
    '../http/index.ts',
    '../http/clients/index.ts',
    '../gateway/rest/index.ts',
    '../lab/pki.ts',
    '../cli/main.ts',
    '../wiring/index.ts',
    '../operate/index.ts',
    '../crypto/index.ts',
    'node:fs',
    'node:crypto',
    'undici',
  ])('a role does not import %s', (specifier) => {
    expect(rulesBroken('oobleck/src/cps/service.ts', specifier)).toEqual(['room']);
  });

  it.each(['@oobleck/stir', '@oobleck/stir/seal', '../issuer/index.ts', '../call/index.ts', './parts.ts'])(
    'a role imports %s',
    (specifier) => {
      expect(rulesBroken('oobleck/src/cps/service.ts', specifier)).toEqual([]);
    },
  );

  it('a role reads no file of another role but its index.ts', () => {
    expect(rulesBroken('oobleck/src/cps/service.ts', '../issuer/issuer.ts')).toEqual(['door']);
  });

  it('the HTTP face of a role knows HTTP, its own role, and types of fastify', () => {
    const face = 'oobleck/src/cps/face/cps-face.ts';
    for (const one of ['../index.ts', '../../http/index.ts', '../../operate/index.ts', 'node:http'])
      expect(rulesBroken(face, one)).toEqual([]);
    expect(rulesBroken(face, 'fastify', 'type { FastifyReply }')).toEqual([]);
    expect(rulesBroken(face, 'fastify')).toEqual(['room']);
    expect(rulesBroken(face, '../../http/problem.ts')).toEqual(['door']);
    expect(rulesBroken(face, '../../http/clients/index.ts')).toEqual(['room']);
    expect(rulesBroken(face, '../../store/memory/mailbox-store.ts')).toEqual(['room']);
    expect(rulesBroken('oobleck/src/cps/service.ts', './face/index.ts')).toEqual(['room']);
  });

  it('store, http and gateway stay apart, but for the gateway on http', () => {
    expect(rulesBroken('oobleck/src/store/memory/a.ts', '../../http/index.ts')).toEqual(['room']);
    expect(rulesBroken('oobleck/src/store/memory/a.ts', '../../gateway/rest/index.ts')).toEqual(['room']);
    expect(rulesBroken('oobleck/src/store/memory/a.ts', '../../cps/index.ts')).toEqual([]);
    expect(rulesBroken('oobleck/src/http/server.ts', '../store/memory/a.ts')).toEqual(['room']);
    expect(rulesBroken('oobleck/src/http/server.ts', '../gateway/rest/index.ts')).toEqual(['room']);
    expect(rulesBroken('oobleck/src/gateway/rest/a.ts', '../../store/memory/a.ts')).toEqual(['room']);
    expect(rulesBroken('oobleck/src/gateway/rest/a.ts', '../../http/index.ts')).toEqual([]);
  });

  it('only cli, lab and wiring construct adapters', () => {
    const adapters = ['../store/memory/a.ts', '../http/clients/index.ts', '../crypto/index.ts'];
    for (const room of ['cli', 'lab', 'wiring'])
      for (const one of adapters) expect(rulesBroken(`oobleck/src/${room}/a.ts`, one)).toEqual([]);
    for (const room of ['operate', 'http', 'call', 'trust', 'gateway'])
      for (const one of adapters) expect(rulesBroken(`oobleck/src/${room}/a.ts`, one)).toEqual(['room']);
  });

  it('a room that the rules do not know is refused, and so is the protocol by a path', () => {
    expect(check({ 'oobleck/src/helpers/a.ts': '' })).toMatchObject([{ rule: 'room' }]);
    expect(rulesBroken('oobleck/src/cps/a.ts', '../../../stir/src/bytes/index.ts')).toEqual(['door']);
  });
});

describe('cycles', () => {
  it('between files are refused where values go round, not where types do', () => {
    const files = (clause: string) => ({
      'stir/src/a/one.ts': "import { b } from './two.ts';",
      'stir/src/a/two.ts': "import { c } from './three.ts';",
      'stir/src/a/three.ts': `import ${clause} from './one.ts';`,
    });
    expect(check(files('{ a }'))).toMatchObject([{ rule: 'cycle' }]);
    expect(check(files('type { A }'))).toEqual([]);
  });

  it('between rooms are refused even where only types go round', () => {
    const found = check({
      'oobleck/src/cps/index.ts': "import type { A } from '../issuer/index.ts';",
      'oobleck/src/issuer/index.ts': "import type { B } from '../cps/index.ts';",
    });
    expect(found).toMatchObject([
      { rule: 'cycle', message: expect.stringContaining('packages/oobleck/src/') },
    ]);
  });
});

describe('this workspace', () => {
  it('keeps the rules', () => {
    const workspace = readWorkspace(`${import.meta.dirname}/../../..`);
    expect(workspace.files.length).toBeGreaterThan(100);
    expect(checkBoundaries(workspace)).toEqual([]);
  });
});
