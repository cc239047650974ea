// A client of an STI-CPS, written from what is publicly known of the two ATIS interfaces and from nothing else: no line of
// it comes from this project's packages, so that both sides cannot share a misunderstanding. It speaks HTTP/2.
//
// ATIS-1000096 ("multiple STI-CPS"): POST and GET /passports/{DEST}/{ORIG}; the requester is `sub`.
// ATIS-1000105 ("agreed STI-CPS"):   POST and GET /passports/{SPC}/{DEST}/{ORIG}; `spc` instead of `sub`, and a publisher
//                                    says by `exp` when its PASSporTs are to be deleted.

import { createHash, type KeyObject, randomUUID, sign } from 'node:crypto';
import { type ClientHttp2Session, connect } from 'node:http2';

export interface Requester {
  /** Service provider code of the certificate. */
  readonly spc: string;
  /** Where its certificate chain can be fetched. */
  readonly certificateUrl: string;
  readonly key: KeyObject;
}

export interface CpsPlace {
  /** https origin. */
  readonly origin: string;
  /** PEM. */
  readonly ca: string;
}

export interface Pair {
  readonly dest: string;
  readonly orig: string;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** Changes to what is right, for tests of what is refused. */
export interface Changes {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly path?: string;
  readonly token?: string;
}

export interface CpsClient {
  health(): Promise<Answer>;
  publish96(pair: Pair, passports: readonly string[], changes?: Changes): Promise<Answer>;
  retrieve96(pair: Pair, changes?: Changes): Promise<Answer>;
  /** @param exp seconds since 1970 when the CPS is to delete them */
  publish105(pair: Pair, passports: readonly string[], exp: number, changes?: Changes): Promise<Answer>;
  /** @param upstream the SPC of the provider that published */
  retrieve105(pair: Pair, upstream: string, changes?: Changes): Promise<Answer>;
  close(): void;
}

const seconds = (): number => Math.floor(Date.now() / 1000);

/** One HTTP/2 session for everything. */
export function createCpsClient({ origin, ca }: CpsPlace, requester: Requester): CpsClient {
  const session = connect(origin, { ca });
  session.on('error', () => {}); // each request has its own
  const audience = new URL(origin).hostname;
  const common = (action: string, { dest, orig }: Pair) => ({
    iat: seconds(),
    action,
    iss: requester.spc,
    aud: audience,
    jti: randomUUID(),
    dest: { tn: [dest] },
    orig: { tn: orig },
  });
  const ask = (method: 'GET' | 'POST', path: string, claims: object, changes: Changes, body?: string) =>
    send(session, {
      method,
      path: changes.path ?? path,
      token: changes.token ?? accessToken(requester, { ...claims, ...changes.claims }, changes.header),
      ...(body === undefined ? {} : { body }),
    });
  return {
    health: () => send(session, { method: 'GET', path: '/health' }),
    publish96: (pair, passports, changes = {}) => {
      const claims = {
        ...common('publish', pair),
        sub: requester.spc,
        passports: digestOf(passports),
      };
      return ask('POST', pathOf(pair), claims, changes, JSON.stringify({ passports }));
    },
    retrieve96: (pair, changes = {}) =>
      ask('GET', pathOf(pair), { ...common('retrieve', pair), sub: requester.spc }, changes),
    publish105: (pair, passports, exp, changes = {}) => {
      const claims = {
        ...common('publish', pair),
        exp,
        spc: requester.spc,
        passports: digestOf(passports),
      };
      const path = pathOf(pair, requester.spc);
      return ask('POST', path, claims, changes, JSON.stringify({ passports }));
    },
    retrieve105: (pair, upstream, changes = {}) =>
      ask('GET', pathOf(pair, upstream), { ...common('retrieve', pair), spc: upstream }, changes),
    close: () => session.close(),
  };
}

/** A `shaken` PASSporT in full form, made here and not by the project under test. */
export function signShaken(signer: Requester, { dest, orig }: Pair, iat = seconds()): string {
  const header = { alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: signer.certificateUrl };
  const payload = { attest: 'A', dest: { tn: [dest] }, iat, orig: { tn: orig }, origid: randomUUID() };
  return jws(signer.key, header, payload);
}

function pathOf({ dest, orig }: Pair, spc?: string): string {
  const segments = [...(spc === undefined ? [] : [spc]), dest, orig];
  return `/passports/${segments.map(encodeURIComponent).join('/')}`;
}

/** `sha256-` and standard base64 of SHA-256 over the canonical JSON (RFC 8785) of the array: of strings, plain JSON. */
function digestOf(passports: readonly string[]): string {
  return `sha256-${createHash('sha256').update(JSON.stringify(passports)).digest('base64')}`;
}

function accessToken({ certificateUrl, key }: Requester, claims: object, header: object = {}): string {
  return jws(key, { alg: 'ES256', x5u: certificateUrl, ...header }, claims);
}

function jws(key: KeyObject, header: object, payload: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(payload)}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string;
  readonly body?: string;
}

const LIMIT_MS = 10_000;

function send(session: ClientHttp2Session, { method, path, token, body }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    });
    let status = 0;
    let type = '';
    const chunks: Buffer[] = [];
    stream.setTimeout(LIMIT_MS, () => stream.destroy(new Error('no answer')));
    stream.on('response', (headers) => {
      status = Number(headers[':status']);
      type = String(headers['content-type'] ?? '');
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status, type, text, json: type.includes('json') ? JSON.parse(text) : {} });
    });
    stream.end(body);
  });
}
