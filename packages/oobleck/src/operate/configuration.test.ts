import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError, parseConfiguration, readConfiguration } from './configuration.ts';

const SCHEMA = Type.Object({
  services: Type.Object({
    port: Type.Integer({ minimum: 0, maximum: 65_535 }),
    host: Type.Optional(Type.String({ default: '127.0.0.1' })),
    mode: Type.Optional(Type.Union([Type.Literal('sealed'), Type.Literal('provider')])),
    level: Type.Optional(Type.Enum(['info', 'debug'])),
  }),
  origins: Type.Optional(
    Type.Array(Type.String({ pattern: '^https://', description: 'an https origin' }), {
      minItems: 1,
      maxItems: 2,
    }),
  ),
  peers: Type.Optional(Type.Array(Type.Object({ name: Type.String({ minLength: 1 }) }))),
  tenants: Type.Optional(Type.Record(Type.String(), Type.Object({ quota: Type.Number({ minimum: 1 }) }))),
  plain: Type.Optional(Type.Boolean()),
});

function faultsOf(value: unknown): readonly string[] {
  try {
    parseConfiguration(typeof value === 'string' ? value : JSON.stringify(value), SCHEMA);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as ConfigurationError).faults;
  }
  return [];
}

describe('configuration', () => {
  it('gives the value with defaults', () => {
    const value = { services: { port: 0 }, origins: ['https://a.example'], tenants: { a: { quota: 1 } } };
    expect(parseConfiguration(JSON.stringify(value), SCHEMA)).toEqual({
      ...value,
      services: { port: 0, host: '127.0.0.1' },
    });
  });

  it.each([
    [{ services: { port: 70_000 } }, 'services.port: expected an integer from 0 to 65535'],
    [{ services: { port: '443' } }, 'services.port: expected an integer from 0 to 65535'],
    [{ services: { port: 1.5 } }, 'services.port: expected an integer from 0 to 65535'],
    [{ services: {} }, 'services.port: missing, expected an integer from 0 to 65535'],
    [{}, 'services: missing, expected an object'],
    [{ services: [] }, 'services: expected an object'],
    [{ services: null }, 'services: expected an object'],
    [[], 'expected an object'],
    [{ services: { port: 1, prot: 2 } }, 'services.prot: unknown field'],
    [{ services: { port: 1 }, __proto: 1 }, '__proto: unknown field'],
    [{ services: { port: 1 }, toString: 1 }, 'toString: unknown field'],
    [{ services: { port: 1, mode: 'open' } }, 'services.mode: expected "sealed" or "provider"'],
    [{ services: { port: 1, level: 'loud' } }, 'services.level: expected "info" or "debug"'],
    [{ services: { port: 1 }, origins: ['https://a', 'http://b'] }, 'origins[1]: expected an https origin'],
    [{ services: { port: 1 }, origins: [] }, 'origins: expected a list of 1 to 2 items'],
    [{ services: { port: 1 }, peers: [{ name: '' }] }, 'peers[0].name: expected a text that is not empty'],
    [
      { services: { port: 1 }, tenants: { a: { quota: 0 } } },
      'tenants.a.quota: expected a number at least 1',
    ],
    [{ services: { port: 1 }, plain: 'yes' }, 'plain: expected true or false'],
  ])('says of %j: %s', (value, message) => {
    expect(faultsOf(value)).toEqual([message]);
  });

  it('says everything at once', () => {
    expect(faultsOf({ services: { port: -1, x: 1 }, plain: 0 }).length).toBe(3);
  });

  it('never shows a value', () => {
    const text = faultsOf({ services: { port: 'secret' }, plain: 'secret', origins: ['secret'] }).join();
    expect(text).not.toContain('secret');
    expect(faultsOf('{"key": secret}').join()).toMatch(/^not JSON/);
    expect(faultsOf('{"key": secret}').join()).not.toContain('secret');
  });
});

describe('configuration file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'configuration-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const faultsOfFile = (path: string) => {
    try {
      return readConfiguration(path, SCHEMA);
    } catch (error) {
      return (error as ConfigurationError).faults;
    }
  };

  it('is read', () => {
    writeFileSync(join(folder, 'good.json'), '{"services":{"port":443}}');
    expect(faultsOfFile(join(folder, 'good.json'))).toEqual({ services: { port: 443, host: '127.0.0.1' } });
  });

  it('that is missing, a folder or too large is said to be so', () => {
    expect(faultsOfFile(join(folder, 'none.json'))).toEqual(['file cannot be read (ENOENT)']);
    expect(faultsOfFile(folder)).toEqual(['file cannot be read (EISDIR)']);
    writeFileSync(join(folder, 'large.json'), ' '.repeat(1_048_577));
    expect(faultsOfFile(join(folder, 'large.json'))).toEqual(['file larger than 1 MiB']);
  });
});
