// `oobleck key`, `oobleck cert` and `oobleck trust`: keys for their owner only, requests that openssl takes, lists of
// trusted authorities that do not roll back.

import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { createServer } from 'node:https';
import { formatPem, parsePem } from '@oobleck/stir/certificate';
import { signCompactJws } from '@oobleck/stir/jws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { createCertificateIssuer } from '../src/lab/certificate-issuer.ts';
import { createTrustFolder } from '../src/store/file/trust-folder.ts';
import { createAnchorList, parseAnchors } from '../src/trust/index.ts';
import { type CliFolder, createCliFolder } from './cli-process.ts';

let cli: CliFolder;
beforeAll(async () => {
  cli = await createCliFolder();
});
afterAll(() => cli.remove());

describe('key new', () => {
  it('writes the private key for its owner only, and prints the public one', async () => {
    const { code, out } = await cli.run(['key', 'new', '--out', 'new.key']);
    expect(code).toBe(0);
    expect(statSync(cli.path('new.key')).mode & 0o777).toBe(0o600);
    expect(out).not.toContain('PRIVATE');
    const spki = createPublicKey(createPrivateKey(cli.read('new.key'))).export({
      format: 'pem',
      type: 'spki',
    });
    expect(out).toBe(spki);
  });

  it('replaces nothing unless forced to, and then for its owner only', async () => {
    const before = cli.write('old.key', 'what was there');
    expect(await cli.run(['key', 'new', '--out', 'old.key'])).toMatchObject({ code: 2, out: '' });
    expect(cli.read('old.key')).toBe('what was there');
    expect(await cli.run(['key', 'new', '--out', 'old.key', '--force'])).toMatchObject({ code: 0 });
    expect(cli.read('old.key')).toContain('PRIVATE KEY');
    expect(statSync(before).mode & 0o777).toBe(0o600);
  });

  it('--json gives the public key as JWK, and no private part of it', async () => {
    const { value } = await cli.json<{ publicKey: object }>('key', 'new', '--out', 'jwk.key');
    const { kty, crv, x, y } = createPublicKey(cli.read('jwk.key')).export({ format: 'jwk' });
    expect(value.publicKey).toEqual({ kty, crv, x, y });
  });

  it('without a file the key goes to standard output', async () => {
    const { out } = await cli.run(['key', 'new']);
    expect(createPrivateKey(out).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  });

  it('a folder that is not there: exit 2, and nothing is left', async () => {
    expect(await cli.run(['key', 'new', '--out', 'none/new.key'])).toMatchObject({ code: 2, out: '' });
  });
});

describe('cert inspect', () => {
  it('reads DER as it reads PEM', async () => {
    const [leaf] = parsePem(cli.read('bravo-range.pem'));
    cli.write('leaf.der', leaf!);
    const { code, value } = await cli.json<{ certificates: Record<string, unknown>[] }>(
      'cert',
      'inspect',
      'leaf.der',
    );
    const theirs = new X509Certificate(leaf!);
    expect(code).toBe(0);
    expect(value.certificates).toMatchObject([
      {
        tnAuthList: ['1-12155000000-256000'],
        isCa: false,
        notAfter: new Date(theirs.validTo).toISOString().replace('.000Z', 'Z'),
        sha256: theirs.fingerprint256.replaceAll(':', '').toLowerCase(),
      },
    ]);
  });

  it('says where the order of a chain breaks', async () => {
    const [leaf, authority] = parsePem(cli.read('alpha.pem'));
    cli.write('wrong-order.pem', formatPem([authority!, leaf!]));
    const { out } = await cli.run(['cert', 'inspect', 'wrong-order.pem']);
    expect(out).toContain('1 was not issued by 2: the names differ');
  });

  it.each([
    ['a table of numbers', 'numbers.csv'],
    ['a private key', 'alpha.key'],
    ['half a certificate', 'half.der'],
  ])('%s: exit 1, the reason, nothing of the content', async (_name, file) => {
    cli.write('half.der', parsePem(cli.read('alpha.pem'))[0]!.subarray(0, 100));
    const { code, out, error } = await cli.run(['cert', 'inspect', file]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toMatch(new RegExp(`^oobleck: ${file}: `));
    expect(error).not.toContain(cli.read(file).split('\n')[1]?.slice(0, 20) ?? 'never');
  });
});

describe('cert lint', () => {
  it('an error of the profile: exit 1, and the rule', async () => {
    const { code, value } = await cli.json<object[]>('cert', 'lint', 'alpha.pem');
    expect(code).toBe(1);
    expect(value).toContainEqual(
      expect.objectContaining({ certificate: 1, severity: 'error', rule: 'crl-distribution-point' }),
    );
  });

  it('nothing to object: exit 0', async () => {
    expect(await cli.run(['cert', 'lint', 'anchors.pem'])).toMatchObject({
      code: 0,
      out: '1 certificate: 0 errors, 0 warnings\n',
    });
  });
});

describe('cert request', () => {
  it('is taken by openssl, with subject and TNAuthList', async () => {
    const words = ['--key', 'alpha.key', '--subject', 'C=US, O=Example\\, Inc., CN=SHAKEN 1234'];
    const { code, out } = await cli.run(['cert', 'request', ...words, '--tn', '0-1234', '2-12025550101']);
    expect(code).toBe(0);
    const text = execFileSync('openssl', ['req', '-verify', '-noout', '-text', '-nameopt', 'RFC2253'], {
      input: out,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    expect(text).toContain('CN=SHAKEN 1234,O=Example\\, Inc.,C=US');
    expect(text).toContain('1.3.6.1.5.5.7.1.26');
    const key = execFileSync('openssl', ['req', '-noout', '-pubkey'], { input: out, encoding: 'utf8' });
    expect(key).toBe(createPublicKey(cli.read('alpha.key')).export({ format: 'pem', type: 'spki' }));
  });

  it.each([
    ['no common name', 'C=US,O=Example', '0-1234', '--subject: CN is missing'],
    ['a name twice', 'CN=a,CN=b', '0-1234', '--subject: expected'],
    ['a name that is not known', 'CN=a,X=b', '0-1234', '--subject: expected'],
    ['no entry', 'CN=a', '1234', '--tn: not a TNEntry'],
    ['a country of three letters', 'C=USA,CN=a', '0-1234', 'two capital letters'],
  ])('%s: exit 2', async (_name, subject, entry, message) => {
    const words = ['--key', 'alpha.key', '--subject', subject, '--tn', entry];
    expect(await cli.run(['cert', 'request', ...words])).toMatchObject({
      code: 2,
      out: '',
      error: expect.stringContaining(message),
    });
  });
});

describe('trust', () => {
  let sign: (payload: object) => string;
  let root: string;
  beforeAll(async () => {
    const now = Date.now();
    const administrator = await createCertificateIssuer({
      name: [{ CN: ['STI-PA'] }],
      notBefore: new Date(now - 60_000),
      notAfter: new Date(now + 600_000),
      pathLength: 0,
      extensions: [],
    });
    cli.write('sti-pa.pem', formatPem([administrator.certificate]));
    const key = createNodeCrypto().importSigningKey(administrator.privateKeyPkcs8);
    sign = (payload) => signCompactJws('{"alg":"ES256"}', JSON.stringify(payload), key);
    root = cli.read('anchors.pem');
  });

  const take = (file: string, ...words: string[]) =>
    cli.run(['trust', 'import', file, '--state', 'state', '--issuer-anchors', 'sti-pa.pem', ...words]);

  it('a list is taken in, the same again, a newer one, and never an older one', async () => {
    for (const sequence of [7, 8]) cli.write(`list-${sequence}.jws`, sign({ sequence, trustList: [root] }));
    expect(await take('list-7.jws')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^list 7: 1 anchor$/m),
    });
    expect(await take('list-7.jws')).toMatchObject({ code: 0 });
    expect(await take('list-8.jws')).toMatchObject({ code: 0 });
    expect(await take('list-7.jws')).toEqual({
      code: 1,
      out: '',
      error: 'oobleck: list-7.jws: older than a list imported before\n',
    });
    expect(parsePem(cli.read('state/anchors.pem'))).toEqual(parsePem(root));
    const { value } = await cli.json('trust', 'list', '--state', 'state');
    expect(value).toMatchObject({ kind: 'ca-list', highestSequence: 8, anchors: [{ inForce: true }] });
  });

  it('is one record with a running process: neither rolls back what the other took', async () => {
    const signers = parseAnchors(cli.read('sti-pa.pem'));
    const running = createAnchorList({
      crypto: createNodeCrypto(),
      now: () => Math.floor(Date.now() / 1000),
      signers: () => signers,
      kept: createTrustFolder(cli.path('shared')),
    });
    const list = (sequence: number) => sign({ sequence, trustList: [root] });
    const into = (sequence: number) => {
      cli.write(`shared-${sequence}.jws`, list(sequence));
      const words = ['--state', 'shared', '--issuer-anchors', 'sti-pa.pem'];
      return cli.run(['trust', 'import', `shared-${sequence}.jws`, ...words]);
    };
    expect(running.offer(list(20))).toBeUndefined();
    expect(await into(19)).toMatchObject({ code: 1, error: expect.stringContaining('older than') });
    expect(await into(21)).toMatchObject({ code: 0 });
    expect(running.offer(list(20))).toBe('roll-back');
    running.reload();
    expect(running.offer(list(22))).toBeUndefined();
    const { value } = await cli.json('trust', 'list', '--state', 'shared');
    expect(value).toMatchObject({ kind: 'ca-list', highestSequence: 22, anchors: [{ inForce: true }] });
  });

  it('PEM in between does not let an older list back in', async () => {
    expect(await take('anchors.pem')).toMatchObject({ code: 0 });
    expect(await take('list-7.jws')).toMatchObject({ code: 1 });
  });

  it('the answer of STI-PA, with the list inside, is taken', async () => {
    cli.write(
      'answer.json',
      JSON.stringify({ status: 'success', caList: sign({ sequence: 9, trustList: [root] }) }),
    );
    expect(await take('answer.json')).toMatchObject({ code: 0, out: expect.stringContaining('list 9') });
  });

  it.each<[string, () => string, number, string]>([
    [
      'a list that ended',
      () => sign({ sequence: 10, trustList: [root], exp: 1_000_000_000 }),
      1,
      'has expired',
    ],
    [
      'an altered list',
      () => sign({ sequence: 10, trustList: [root] }).replace(/.{4}$/, 'AAAA'),
      1,
      'not signed by',
    ],
    ['no list', () => 'a.b.c', 1, 'JWS segment is not base64url'],
    ['a leaf among the roots', () => cli.read('alpha.pem'), 1, 'certificate 1 is no authority'],
  ])('%s: exit 1, and what was there stays', async (_name, content, code, message) => {
    const before = cli.read('state/anchors.pem') + cli.read('state/trust.json');
    cli.write('bad.jws', content());
    expect(await take('bad.jws')).toMatchObject({ code, error: expect.stringMatching(message) });
    expect(cli.read('state/anchors.pem') + cli.read('state/trust.json')).toBe(before);
  });

  it('a list without anybody to trust for it is a matter of usage', async () => {
    expect(await cli.run(['trust', 'import', 'list-8.jws', '--state', 'other'])).toMatchObject({
      code: 2,
      error: expect.stringContaining('--issuer-anchors'),
    });
  });

  it('a record that cannot be read stops an import: the sequence is not forgotten', async () => {
    await cli.run(['trust', 'import', 'anchors.pem', '--state', 'damaged']);
    cli.write('damaged/trust.json', '{"highestSequence":"many"}');
    expect(await cli.run(['trust', 'import', 'anchors.pem', '--state', 'damaged'])).toMatchObject({
      code: 2,
    });
  });

  it('a URL is fetched by the safe client: nothing on loopback unless allowed', async () => {
    const tls = { cert: cli.read('tls.pem'), key: cli.read('tls.key') };
    const server = createServer(tls, ({ url }, response) => {
      response.writeHead(url === '/list' ? 200 : 404).end(sign({ sequence: 11, trustList: [root] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `https://127.0.0.1:${(server.address() as { port: number }).port}`;
    const reach = ['--ca', 'tls-ca.pem', '--allow-address', '127.0.0.1'];
    expect(await take(`${origin}/list`)).toMatchObject({ code: 69 });
    expect(await take(`${origin}/none`, ...reach)).toMatchObject({
      code: 69,
      error: expect.stringContaining('404'),
    });
    expect(await take(`${origin}/list`, ...reach)).toMatchObject({ code: 0 });
    expect(await take(`${origin.replace('https', 'http')}/list`, ...reach)).toMatchObject({ code: 2 });
    await new Promise((resolve) => server.close(resolve));
  });

  it('shows what ended, in red only where people look at it', async () => {
    const ended = await createCertificateIssuer({
      name: [{ CN: ['Ended'] }],
      notBefore: new Date(0),
      notAfter: new Date(1_000_000_000_000),
      pathLength: 0,
      extensions: [],
    });
    cli.write('two.pem', formatPem([ended.certificate, ...parsePem(root)]));
    const { out } = await cli.run(['trust', 'list', '--anchors', 'two.pem']);
    expect(out).toMatch(/^2001-09-09 {2}expired .*CN=Ended$/m);
    expect(out).toContain('2 anchors, 1 in force');
    expect(out).not.toContain('\u001b');
  });
});
