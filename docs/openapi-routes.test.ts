// Each route of the program stands in an OpenAPI document, and each path of a document is a route of the program. Those of the
// public port stand in docs/openapi-cps.json, those beside the switch in the document that the REST interface serves.

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { addDirectoryRoutes } from '../packages/oobleck/src/directory/face/index.ts';
import { OPEN_API } from '../packages/oobleck/src/gateway/rest/index.ts';
import { addCertificateRoutes, createFastifyApp } from '../packages/oobleck/src/http/index.ts';
import { addIssuerRoutes } from '../packages/oobleck/src/issuer/face/index.ts';
import { createEventLog } from '../packages/oobleck/src/operate/index.ts';

const SOURCE = fileURLToPath(new URL('../packages/oobleck/src/', import.meta.url));
const DOCUMENT = JSON.parse(readFileSync(new URL('openapi-cps.json', import.meta.url), 'utf8'));
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

type Paths = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** `POST /retractions`. */
function operationsOf(paths: Paths): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.filter((method) => method in operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

const PUBLIC = operationsOf(DOCUMENT.paths);
const PATHS = [...Object.keys(DOCUMENT.paths), ...Object.keys(OPEN_API.paths)];

/** Where routes are told apart: faces of roles, and what HTTP and the gateways serve themselves. */
const FACES = globSync(['**/face/*.ts', 'http/*-routes.ts', 'gateway/*/*-{face,routes}.ts'], {
  cwd: SOURCE,
}).filter((file) => !file.endsWith('.test.ts'));

/** Texts of code that begin as paths do: `'/deposits'`, or the beginning of one, `'/mailboxes/'`. */
function pathTexts(code: string): string[] {
  return [...code.matchAll(/'(\/[A-Za-z.][^'\s]*)'/g)].map(([, text]) => text!);
}

/** Regular expressions of code that whole paths are held against. */
function pathPatterns(code: string): RegExp[] {
  return [...code.matchAll(/\/(\^\\\/[A-Za-z].*?)\/(?=[;.,)])/g)].map(([, source]) => new RegExp(source!));
}

/** `:prefix` as the routes have it, `{prefix}` as the documents have it. */
const documented = (route: string) => route.replace(/:([A-Za-z]+)/g, '{$1}');

function isDocumented(text: string): boolean {
  const path = documented(text);
  return PATHS.some((one) => one === path || (path.endsWith('/') && one.startsWith(path)));
}

describe('the OpenAPI documents', () => {
  it('are held against all the faces there are', () => {
    expect(FACES).toEqual(
      expect.arrayContaining([
        'cps/face/cps-face.ts',
        'cps/face/stream-face.ts',
        'cps/profiles/atis/face/atis-face.ts',
        'directory/face/directory-face.ts',
        'gateway/callcentre/callcentre-routes.ts',
        'gateway/rest/rest-face.ts',
        'http/health-routes.ts',
        'issuer/face/issuer-face.ts',
      ]),
    );
  });

  it.each(FACES)('have every path that stands in %s', (file) => {
    const code = readFileSync(SOURCE + file, 'utf8').replace(/^\s*(\/\/|\*|\/\*\*).*$/gm, '');
    for (const text of pathTexts(code)) expect(isDocumented(text), text).toBe(true);
    for (const pattern of pathPatterns(code))
      expect(
        PATHS.some((path) => pattern.test(path.replace(/\{[^}]+\}/g, 'x'))),
        String(pattern),
      ).toBe(true);
  });

  it('find what they look for', () => {
    expect(pathTexts("app.get('/credentials/:id', () => '/');")).toEqual(['/credentials/:id']);
    const [pattern] = pathPatterns('const MAILBOX = /^\\/mailboxes\\/([^/?]*)\\/passports(?:\\?(.*))?$/;');
    expect(pattern!.test('/mailboxes/x/passports')).toBe(true);
    expect(isDocumented('/not-there')).toBe(false);
    expect(isDocumented('/mailboxes')).toBe(false);
  });

  it('have the routes of issuer, directory and certificates, method by method', async () => {
    const registered: string[] = [];
    const fastify = createFastifyApp({ log: createEventLog({ level: 'silent' }) });
    fastify.app.addHook('onRoute', ({ method, url }) => {
      registered.push(`${method} ${documented(url)}`);
    });
    addIssuerRoutes(fastify, {} as never);
    addDirectoryRoutes(fastify, {} as never, { isMirrored: true });
    addCertificateRoutes(fastify, [{ path: '/certificates/:name', pem: '' }]);
    await fastify.ready();
    const others = /^(POST|GET) \/(mailboxes|deposits|retractions|health|passports|republish)(\/|$)/;
    expect(registered.sort()).toEqual(PUBLIC.filter((one) => !others.test(one)).sort());
    await fastify.close();
  });
});
