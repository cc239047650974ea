// Chains of random shape, good and bad in one place each: what this room says, `openssl verify` says too.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateIssuer,
  createCertificateIssuer,
} from '../../../oobleck/src/lab/certificate-issuer.ts';
import { Extension, type JsonName } from '../../../oobleck/src/lab/x509.ts';
import { crypto, DAY, NOW } from '../../test/carrier.ts';
import { certificateLike } from '../../test/certificate-grammar.ts';
import { unlessRefused } from '../../test/hostile.ts';
import { formatPem } from '../der/index.ts';
import { parseCertificate } from './certificate.ts';
import { validatePath } from './path.ts';

interface Shape {
  readonly from: number;
  readonly to: number;
  readonly critical: string | undefined;
  /** An octet of the leaf that is changed. */
  readonly damaged: number | undefined;
  /** Levels of authorities below the root, and how many it allows. */
  readonly levels: number;
  readonly pathLength: number;
}

const days = (count: number) => new Date((NOW + count * DAY) * 1000);
const shapes: fc.Arbitrary<Shape> = fc.record({
  from: fc.constantFrom(-3, -3, -3, 1),
  to: fc.constantFrom(3, 3, 3, -1),
  critical: fc.constantFrom(undefined, undefined, undefined, '1.2.3.4'),
  damaged: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(70) }),
  levels: fc.nat(2),
  pathLength: fc.nat(2),
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const request = (
  commonName: string,
  { from, to }: Pick<Shape, 'from' | 'to'>,
  extensions: Extension[] = [],
) => ({
  name: [{ C: ['US'] }, { CN: [commonName] }] as JsonName,
  notBefore: days(from),
  notAfter: days(to),
  extensions,
});
const ALWAYS = { from: -9, to: 9 };

async function createChain(shape: Shape): Promise<{ chain: Uint8Array[]; root: Uint8Array }> {
  const root = await createCertificateIssuer({ ...request('Root', ALWAYS), pathLength: shape.pathLength });
  let issuer: CertificateIssuer = root;
  const authorities: Uint8Array[] = [];
  for (let level = 0; level < shape.levels; level++) {
    issuer = await issuer.issueAuthority({ ...request(`CA ${level}`, ALWAYS), pathLength: 2 });
    authorities.unshift(issuer.certificate);
  }
  const { critical } = shape;
  const extensions = critical === undefined ? [] : [new Extension(critical, true, Buffer.of(5, 0))];
  const leaf = (await issuer.issue(request('SHAKEN 1234', shape, extensions))).certificate.slice();
  // The end of a certificate is its signature: what changes there is seen by nobody but who checks it.
  if (shape.damaged !== undefined) leaf[leaf.length - 1 - shape.damaged]! ^= 1;
  return { chain: [leaf, ...authorities], root: root.certificate };
}

function opensslSays(chain: readonly Uint8Array[], root: Uint8Array): boolean {
  const write = (name: string, ders: readonly Uint8Array[]) => {
    writeFileSync(join(folder, name), formatPem(ders));
    return join(folder, name);
  };
  const args = ['verify', '-x509_strict', '-attime', String(NOW), '-CAfile', write('root', [root])];
  if (chain.length > 1) args.push('-untrusted', write('more', chain.slice(1)));
  args.push(write('leaf', chain.slice(0, 1)));
  return execFileSync('sh', ['-c', 'openssl "$@" 2>&1 || true', 'sh', ...args])
    .toString()
    .endsWith(': OK\n');
}

function weSay(chain: readonly Uint8Array[], root: Uint8Array): boolean {
  const parsed = unlessRefused(() => chain.map((der) => parseCertificate(der)));
  if (parsed === undefined) return false;
  return validatePath({ chain: parsed, anchors: [parseCertificate(root)], at: NOW, crypto }).valid;
}

describe('certificates', () => {
  it('60 chains of random shape: valid where openssl verify says so, and nowhere else', async () => {
    const seen = { valid: 0, invalid: 0 };
    const check = async (shape: Shape) => {
      const { chain, root } = await createChain(shape);
      const expected = opensslSays(chain, root);
      seen[expected ? 'valid' : 'invalid']++;
      expect(weSay(chain, root)).toBe(expected);
    };
    await fc.assert(fc.asyncProperty(shapes, check), { numRuns: 60, seed: 7 });
    expect(seen.valid).toBeGreaterThan(5);
    expect(seen.invalid).toBeGreaterThan(5);
  });

  it('whatever a grammar makes: read, or refused with StirError', () => {
    let read = 0;
    const check = (bytes: Uint8Array) => {
      const certificate = unlessRefused(() => parseCertificate(bytes));
      if (certificate === undefined) return;
      read++;
      expect(typeof certificate.subjectText).toBe('string');
      expect(certificate.numbers.entries).toEqual(certificate.tnAuthList ?? []);
    };
    fc.assert(fc.property(certificateLike, check), { numRuns: 3_000, seed: 1 });
    expect(read).toBeGreaterThan(0);
  });
});
