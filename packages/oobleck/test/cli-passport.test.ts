// `oobleck passport` and `oobleck identity` as a person at a terminal meets them: every check that can fail is named
// with its reason, and the exit code says whether the call is verified.

import { createPrivateKey } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { parseCertificate, parsePem } from '@oobleck/stir/certificate';
import { createPassportSigner, formatCompact, parsePassport } from '@oobleck/stir/passport';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCrl } from '../../stir/test/crl.ts';
import { createNodeCrypto } from '../src/crypto/index.ts';
import { createCertificateIssuer, formatCertificatesPem } from '../src/lab/certificate-issuer.ts';
import { type CliFolder, createCliFolder } from './cli-process.ts';
import { startServe } from './serve-process.ts';

const X5U = 'https://cr.example.net/alpha.pem';
const FROM = '12025550101';
const TO = '12155000101';
const CALL = ['--from', FROM, '--to', TO];
const CHAIN = ['--anchors', 'anchors.pem', '--chain', 'alpha.pem'];
const SIGN = ['passport', 'sign', '--key', 'alpha.key', '--x5u', X5U, '--orig', FROM, '--dest', TO];

let cli: CliFolder;
let token: string;
let identity: string;
beforeAll(async () => {
  cli = await createCliFolder();
  const made = await cli.json<{ token: string; identity: string }>(...SIGN, '--attest', 'A');
  ({ token, identity } = made.value);
});
afterAll(() => cli.remove());

interface Report {
  readonly status: string;
  readonly verstat: string;
  readonly reason: string;
  readonly sip: { readonly code: number };
  readonly checks: readonly { readonly check: string; readonly result: string; readonly detail: string }[];
}

async function verify(text: string, ...words: string[]): Promise<Report & { readonly code: number }> {
  const { code, value } = await cli.json<Report>('passport', 'verify', text, ...words);
  return { code, ...value };
}

const failing = ({ checks }: Report) =>
  checks.filter(({ result }) => result === 'fail').map(({ check }) => check);
const detail = ({ checks }: Report, name: string) => checks.find(({ check }) => check === name)?.detail;

describe('sign', () => {
  it.each([
    ['base', []],
    ['shaken', ['--attest', 'B', '--origid', '123e4567-e89b-12d3-a456-426655440000']],
    ['div', ['--div', '+1 703 555 0100']],
    ['rph', ['--rph', 'ets.0', 'wps.1']],
    ['rcd', ['--nam', 'Example']],
    ['rsp', ['--ppt', 'rsp']],
    ['msg', ['--ppt', 'msg']],
  ])('%s: a PASSporT that our own parser reads', async (extension, words) => {
    const { code, out } = await cli.run([...SIGN, '--iat', '2026-11-23T09:30:00Z', ...words]);
    const passport = parsePassport(out.trim());
    expect([code, passport.extension, passport.issuedAt]).toEqual([0, extension, 1_795_426_200]);
  });

  it('div-o carries the earlier PASSporT', async () => {
    const { out } = await cli.run([...SIGN, '--div', '17035550100', '--opt', token]);
    expect(parsePassport(out.trim()).diversion).toMatchObject({ original: token });
  });

  it.each([
    ['a key that is a certificate', ['--key', 'alpha.pem'], '--key: not a private key in PEM'],
    ['a file that is not there', ['--key', 'none.key'], '--key: the file cannot be read (ENOENT)'],
    ['an attestation of D', ['--attest', 'D'], '--attest: expected A, B or C'],
    ['a type of its own', ['--ppt', 'own'], '--ppt: expected one of base, shaken'],
    ['a claim of another type', ['--ppt', 'shaken', '--attest', 'A', '--div', TO], '--div: only for'],
    ['shaken without attestation', ['--ppt', 'shaken'], '--attest: expected for'],
    ['a diversion to where the call was going', ['--div', TO], 'PASSporT: a diversion'],
    ['letters for a number', ['--orig', 'nobody'], '--orig: not a telephone number'],
    ['no URL', ['--x5u', 'nowhere'], 'PASSporT: x5u is not a URL'],
    ['a time that is none', ['--iat', 'yesterday'], '--iat: neither'],
  ])('%s: exit 2 and a line that names it', async (_name, words, message) => {
    const { code, out, error } = await cli.run([...SIGN, ...words]);
    expect({ code, out, error }).toEqual({ code: 2, out: '', error: expect.stringContaining(message) });
  });

  it('says nothing of a key that stands where its file belongs', async () => {
    const secret = createPrivateKey(cli.read('alpha.key')).export({ format: 'jwk' }).d!;
    const { code, error } = await cli.run([...SIGN, '--key', secret]);
    expect(code).toBe(2);
    expect(error).not.toContain(secret.slice(0, 12));
  });
});

describe('verify', () => {
  it('a good call: every check passes, exit 0', async () => {
    const report = await verify(identity, ...CHAIN, ...CALL, '--number-map', 'numbers.csv');
    expect(report).toMatchObject({
      code: 0,
      status: 'verified',
      verstat: 'TN-Validation-Passed',
      reason: 'verified',
    });
    expect(report.checks.filter(({ result }) => result !== 'pass').map(({ check }) => check)).toEqual([
      'revocation',
    ]);
    expect(detail(report, 'authority')).toBe(`${FROM} belongs to SPC 1234, by the number map`);
  });

  const broken = (text: string) =>
    text.replace(
      /\.([A-Za-z0-9_-])([^.;]*)(;|$)/,
      (_all, first, rest, end) => `.${first === 'A' ? 'B' : 'A'}${rest}${end}`,
    );

  it.each<[string, (good: string) => string, string[], string, string, number]>([
    ['another caller', (one) => one, ['--from', '12025550102', '--to', TO], 'caller', 'caller-mismatch', 438],
    [
      'another number called',
      (one) => one,
      ['--from', FROM, '--to', '12155000102'],
      'called',
      'called-mismatch',
      438,
    ],
    ['an old PASSporT', (one) => one, [...CALL, '--at', '2026-12-01T00:00:00Z'], 'freshness', 'stale', 403],
    ['an altered signature', broken, CALL, 'signature', 'bad-signature', 438],
    [
      'other parameters',
      (one) => one.replace(`<${X5U}>`, '<https://other.example/>'),
      CALL,
      'parameters',
      'info-mismatch',
      438,
    ],
    ['no token at all', () => `${'x'.repeat(80)};info=<${X5U}>`, CALL, 'form', 'malformed', 438],
    [
      'a type unknown',
      () => `${withPpt('none')};info=<${X5U}>;ppt=none`,
      CALL,
      'form',
      'unsupported-ppt',
      428,
    ],
  ])('%s: the check that fails is named, exit 1', async (_name, change, call, check, reason, sipCode) => {
    const report = await verify(change(identity), ...CHAIN, ...call);
    expect(failing(report)).toContain(check);
    expect({ code: report.code, reason: report.reason, sip: report.sip.code }).toEqual({
      code: 1,
      reason,
      sip: sipCode,
    });
  });

  function withPpt(ppt: string): string {
    const header = JSON.stringify({ alg: 'ES256', ppt, typ: 'passport', x5u: X5U });
    return [Buffer.from(header).toString('base64url'), ...token.split('.').slice(1)].join('.');
  }

  it('goes on after a check that failed', async () => {
    const report = await verify(
      identity,
      '--anchors',
      'anchors.pem',
      '--chain',
      'stranger.pem',
      '--from',
      '1',
      '--to',
      '2',
    );
    expect(failing(report)).toEqual(['caller', 'called', 'authority', 'signature']);
  });

  it('names the certificate that is at fault', async () => {
    const made = await cli.json<{ token: string }>(...SIGN, '--attest', 'A', '--iat', '2060-01-01');
    const late = await verify(made.value.token, ...CHAIN, ...CALL, '--at', '2060-01-01');
    expect(detail(late, 'chain')).toMatch(/^CN=SHAKEN 1234,.* \(certificate 1 of 2\) has expired/);
    const stranger = await verify(identity, '--anchors', 'tls-ca.pem', '--chain', 'alpha.pem', ...CALL);
    expect(stranger.reason).toBe('certificate-untrusted');
    expect(detail(stranger, 'chain')).toMatch(
      /^CN=Oobleck Lab SHAKEN CA,.* \(certificate 2 of 2\) was issued by nobody/,
    );
    const [leaf, authority] = cli.read('alpha.pem').split(/(?=-----BEGIN)/);
    cli.write('turned.pem', `${authority!.trimEnd()}\n${leaf!}`);
    const turned = await verify(identity, '--anchors', 'anchors.pem', '--chain', 'turned.pem', ...CALL);
    expect(detail(turned, 'chain')).toMatch(/\(certificate 1 of 2\) was not issued by the one that follows/);
  });

  it('a PASSporT without a call, or without its certificates, verifies nothing', async () => {
    expect(await verify(token, ...CHAIN)).toMatchObject({
      code: 1,
      status: 'unverifiable',
      reason: 'no-caller',
    });
    expect(await verify(broken(token), ...CHAIN)).toMatchObject({ code: 1, reason: 'bad-signature' });
    expect(await verify(token, '--anchors', 'anchors.pem', ...CALL)).toMatchObject({
      code: 1,
      reason: 'certificate-unavailable',
    });
    expect(await cli.run(['passport', 'verify', token, ...CHAIN, '--from', FROM])).toMatchObject({ code: 2 });
  });

  it('a compact form is filled in from the call', async () => {
    const now = String(Math.floor(Date.now() / 1000));
    const { out } = await cli.run([...SIGN, '--iat', now]);
    const value = `${formatCompact(out.trim())};info=<${X5U}>`;
    const words = [...CHAIN, '--at', now, '--number-map', 'numbers.csv'];
    const report = await verify(value, ...words, ...CALL);
    expect(report).toMatchObject({ code: 0, status: 'verified' });
    expect(detail(report, 'form')).toContain('compact form, filled in');
    const other = await verify(value, ...words, '--from', FROM, '--to', '1');
    expect([other.code, ...failing(other)]).toEqual([1, 'signature']);
  });

  it('a diverted call is checked link by link; one that is old fails its freshness', async () => {
    const sign = async (...words: string[]) =>
      (await cli.json<{ identity: string }>(...words)).value.identity;
    const old = await sign(...SIGN, '--attest', 'A', '--iat', String(Math.floor(Date.now() / 1000) - 600));
    const holder = SIGN.map((word) => (word === 'alpha.key' ? 'bravo-range.key' : word));
    const on = holder.map((word) => (word === TO ? '17035550100' : word));
    const diverted = await sign(...on, '--div', TO);
    const words = ['--anchors', 'anchors.pem', '--chain', 'alpha.pem', 'bravo-range.pem'];
    const call = ['--from', FROM, '--to', '17035550100'];
    expect(await verify(`${identity},${diverted}`, ...words, ...call)).toMatchObject({ code: 0 });
    const late = await verify(`${old},${diverted}`, ...words, ...call);
    expect([late.code, late.reason, ...failing(late)]).toEqual([1, 'stale', 'freshness']);
    expect(await verify(diverted, ...words, ...call)).toMatchObject({ code: 1, reason: 'broken-diversion' });
  });

  it('a chain in x5c is used', async () => {
    const pkcs8 = createPrivateKey(cli.read('alpha.key')).export({ format: 'der', type: 'pkcs8' });
    const key = createNodeCrypto().importSigningKey(new Uint8Array(pkcs8));
    const signer = createPassportSigner(key, X5U, { chain: parsePem(cli.read('alpha.pem')) });
    const signed = signer.sign({ ...parsePassport(token), issuedAt: Math.floor(Date.now() / 1000) });
    expect(await verify(signed, '--anchors', 'anchors.pem', ...CALL)).toMatchObject({ code: 0 });
  });

  it('a certificate on the revocation list is refused, and a list of strangers is not used', async () => {
    const now = Math.floor(Date.now() / 1000);
    const signer = await createCertificateIssuer({
      name: [{ CN: ['STI-PA CRL'] }],
      notBefore: new Date((now - 60) * 1000),
      notAfter: new Date((now + 600) * 1000),
      pathLength: 0,
      extensions: [],
    });
    cli.write('crl-issuer.pem', formatCertificatesPem([signer.certificate]));
    const leaf = parseCertificate(parsePem(cli.read('alpha.pem'))[0]!);
    const { subject } = parseCertificate(signer.certificate);
    const list = (entries: readonly { serialNumber: Uint8Array; issuer: Uint8Array }[]) =>
      createCrl(createNodeCrypto().importSigningKey(signer.privateKeyPkcs8), {
        issuer: subject,
        thisUpdate: now - 60,
        nextUpdate: now + 600,
        entries,
      });
    cli.write('revoked.crl', list([{ serialNumber: leaf.serialNumber, issuer: leaf.issuer }]));
    cli.write('empty.crl', list([]));
    const words = [...CHAIN, ...CALL, '--crl-issuers', 'crl-issuer.pem', '--crl'];
    const revoked = await verify(token, ...words, 'revoked.crl');
    expect(failing(revoked)).toEqual(['chain', 'revocation']);
    expect(revoked).toMatchObject({ code: 1, verstat: 'TN-Validation-Failed' });
    expect(await verify(token, ...words, 'empty.crl')).toMatchObject({ code: 0 });
    const strange = [...CHAIN, ...CALL, '--crl', 'empty.crl', '--crl-issuers', 'anchors.pem'];
    expect(await cli.run(['passport', 'verify', token, ...strange])).toMatchObject({
      code: 2,
      error: expect.stringContaining('from none of --crl-issuers'),
    });
  });
});

describe('the network', () => {
  it('is left alone unless asked for', async () => {
    const { server, port, connections } = await listen();
    const made = await cli.json<{ token: string }>(
      ...SIGN,
      '--x5u',
      `https://127.0.0.1:${port}/a.pem`,
      '--attest',
      'A',
    );
    const words = ['--anchors', 'anchors.pem', ...CALL];
    expect(await verify(made.value.token, ...words)).toMatchObject({
      code: 1,
      reason: 'certificate-unavailable',
    });
    // Loopback is no public address, and this is no port of an x5u.
    expect(await verify(made.value.token, ...words, '--fetch')).toMatchObject({ code: 69 });
    expect(await verify(made.value.token, ...words, '--fetch', '--allow-port', String(port))).toMatchObject({
      code: 69,
    });
    expect(connections()).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });

  it('--fetch gets the chain that x5u serves', async () => {
    const server = await startServe(cli.path('alpha-services.json'));
    try {
      const origin = /https:\/\/[0-9.:]+/.exec(server.output())![0];
      const x5u = `${origin}/certificates/alpha.pem`;
      const made = await cli.json<{ identity: string }>(...SIGN, '--x5u', x5u, '--attest', 'A');
      const reach = [
        '--ca',
        'tls-ca.pem',
        '--allow-address',
        '127.0.0.1',
        '--allow-port',
        new URL(origin).port,
      ];
      const words = ['--anchors', 'anchors.pem', ...CALL, '--fetch', ...reach];
      expect(await verify(made.value.identity, ...words)).toMatchObject({ code: 0, status: 'verified' });
    } finally {
      await server.stop();
    }
  });

  async function listen(): Promise<{ server: Server; port: number; connections: () => number }> {
    let seen = 0;
    const server = createServer((socket) => {
      seen++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { server, port: (server.address() as { port: number }).port, connections: () => seen };
  }
});

describe('inspect', () => {
  it('reads standard input, an argument, a file, and out of a header field', async () => {
    cli.write('call.txt', identity);
    for (const [argument, input] of [['-', `${token}\n`], [token], ['call.txt'], [`Identity: ${identity}`]])
      expect(await cli.run(['passport', 'inspect', argument!], input), argument).toMatchObject({
        code: 0,
        out: expect.stringContaining('full: the provider knows its customer'),
      });
  });

  it('says what is wrong, and shows what can be shown', async () => {
    const payload = Buffer.from('{"dest":{"tn":["1"]},"iat":1.5,"orig":{"tn":"2"}}').toString('base64url');
    const [header, , signature] = token.split('.');
    const { code, out } = await cli.run(['passport', 'inspect', '-'], [header, payload, signature].join('.'));
    expect(code).toBe(1);
    expect(out).toContain('wrong  iat is not a number of seconds');
    expect(out).toContain('{"tn":["1"]}');
  });

  it('sends nothing to the terminal that could steer it', async () => {
    const { value } = await cli.json<{ token: string }>(...SIGN, '--nam', 'a\u001b[31m\u202eb');
    const { out } = await cli.run(['passport', 'inspect', value.token]);
    expect(out).toContain('\\u{202e}b');
    expect(/[^\n\P{Cc}]|\p{Cf}/u.test(out)).toBe(false);
  });

  it('takes no more than 64 KiB', async () => {
    const { code, error } = await cli.run(['passport', 'inspect', '-'], 'x'.repeat(70_000));
    expect({ code, error }).toEqual({ code: 2, error: 'oobleck: standard input: more than 64 KiB\n' });
  });

  it('a file that is not there: exit 2', async () => {
    expect(await cli.run(['passport', 'inspect', 'none.txt'])).toMatchObject({
      code: 2,
      error: 'oobleck: none.txt: cannot be read (ENOENT)\n',
    });
  });

  it('a private key in place of a PASSporT is not quoted', async () => {
    const { code, out, error } = await cli.run(['passport', 'inspect', 'alpha.key']);
    expect(code).toBe(1);
    expect(out + error).not.toContain(cli.read('alpha.key').split('\n')[1]!.slice(0, 20));
  });
});

describe('identity parse', () => {
  it('takes several values apart: commas, header lines, folded lines, compact name and form', async () => {
    const compact = `..${token.split('.')[2]};info=<${X5U}>`;
    const lines = `Via: x\r\nIdentity: ${identity.replace(';info', '\r\n ;info')}\r\ny: ${compact}, ${identity}\r\n`;
    const { code, out } = await cli.run(['identity', 'parse', '-', '--json'], lines);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { form: 'full', ppt: 'shaken', info: X5U, alg: 'ES256' },
      { form: 'compact', info: X5U },
      { form: 'full' },
    ]);
  });

  it('says which value is malformed, exit 1', async () => {
    const { code, out } = await cli.run(['identity', 'parse', `${identity},${token};alg=ES256`]);
    expect(code).toBe(1);
    expect(out).toMatch(/^value 2 of 2\n {2}wrong {2}no info parameter$/m);
  });

  it('no header field among the lines: exit 1', async () => {
    const { code, error } = await cli.run(['identity', 'parse', '-'], 'Identity-Info: x\r\n\r\ny: z');
    expect({ code, error }).toEqual({ code: 1, error: expect.stringContaining('no Identity header field') });
  });
});
