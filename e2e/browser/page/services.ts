// The services of the lab as a page uses them: `fetch`, and the protocol's values in and out.

import { decodeAscii, encodeBase64url, equalBytes } from '@oobleck/stir/bytes';
import type { Certificate } from '@oobleck/stir/certificate';
import { type AcceptedCredential, judgeKeyCredential, parseKeyCredential } from '@oobleck/stir/credential';
import {
  KEY_CREDENTIAL_MEDIA_TYPE,
  LIFETIME_HEADER,
  type MailboxAddress,
  RETRACT_HEADER,
  SEALED_PASSPORT_TYPE,
  splitAddress,
} from '@oobleck/stir/mailbox';
import type { Deposit } from '@oobleck/stir/placement';
import {
  blindToken,
  encodeTokenRequest,
  formatAttestation,
  formatPrivateToken,
  ISSUER_DIRECTORY_PATH,
  parseIssuerDirectory,
  parseTokenResponse,
  storageChallenge,
  TOKEN_REQUEST_TYPE,
  type Token,
} from '@oobleck/stir/token';
import { crypto, nowSeconds, type Party } from './parties.ts';

export interface Mirror {
  readonly credentials: readonly AcceptedCredential[];
  /** Token keys that the mirror names, base64url. */
  readonly issuerKeys: readonly string[];
}

export async function register(origin: string, credential: string): Promise<number> {
  const headers = { 'content-type': KEY_CREDENTIAL_MEDIA_TYPE };
  return (await fetch(`${origin}/credentials`, { method: 'PUT', headers, body: credential })).status;
}

/** Every credential is judged here: the directory is trusted for nothing but passing them on. */
export async function readMirror(origin: string, anchors: readonly Certificate[]): Promise<Mirror> {
  const text = await (await fetch(`${origin}/credentials?since=0`)).text();
  const lines = text.split('\n').filter((line) => line !== '');
  const credentials: AcceptedCredential[] = [];
  const issuerKeys: string[] = [];
  for (const line of lines.map((one) => JSON.parse(one))) {
    for (const { keys } of line.issuers ?? []) issuerKeys.push(...keys);
    if (line.jws === undefined) continue;
    const judgement = judgeKeyCredential({ crypto, anchors }, parseKeyCredential(line.jws), nowSeconds());
    if (judgement.accepted) credentials.push(judgement.value);
  }
  return { credentials, issuerKeys };
}

/** One token, drawn with the caller's certificate; the issuer's key must be the one that everybody sees. */
export async function drawToken(origin: string, holder: Party, mirror: Mirror): Promise<Token> {
  const { host } = new URL(origin);
  const directory = parseIssuerDirectory(await bytesOf(await fetch(origin + ISSUER_DIRECTORY_PATH)));
  const day = (seconds: number): number => Math.floor(seconds / 86_400);
  const today = directory.keys.find(({ notBefore = 0 }) => day(notBefore) === day(nowSeconds()));
  if (today === undefined || !mirror.issuerKeys.includes(encodeBase64url(today.spki)))
    throw new Error('the issuer shows another key than the mirror');
  const key = crypto.importTokenVerifyingKey(today.spki);
  const { request, finalize } = blindToken({ crypto, key, challenge: storageChallenge(host, host) });
  const body = encodeTokenRequest(request);
  const attestation = {
    audience: host,
    issuedAt: nowSeconds(),
    id: encodeBase64url(crypto.randomBytes(16)),
    digest: crypto.sha256(body),
  };
  const answer = await fetch(new URL(directory.requestUri, origin), {
    method: 'POST',
    headers: {
      'content-type': TOKEN_REQUEST_TYPE,
      authorization: `Bearer ${formatAttestation(attestation, holder.key, holder.chain)}`,
    },
    body: new Uint8Array(body),
  });
  if (answer.status !== 200) throw new Error(`the issuer says ${answer.status}`);
  const token = finalize(parseTokenResponse(await bytesOf(answer)));
  if (token === undefined || !equalBytes(token.keyId, crypto.sha256(key.spki))) throw new Error('no token');
  return token;
}

/** @returns the status of the CPS */
export async function deposit(cps: string, sealed: Deposit, token: Token): Promise<number> {
  const answer = await fetch(mailboxUrl(cps, sealed.address), {
    method: 'POST',
    headers: {
      'content-type': SEALED_PASSPORT_TYPE,
      authorization: formatPrivateToken(token),
      [LIFETIME_HEADER]: String(sealed.lifetimeSeconds),
      [RETRACT_HEADER]: encodeBase64url(sealed.retractHash),
    },
    body: new Uint8Array(sealed.blob),
  });
  return answer.status;
}

export async function retrieve(cps: string, address: MailboxAddress, nonce: Uint8Array): Promise<Uint8Array> {
  return bytesOf(await fetch(`${mailboxUrl(cps, address)}?page=0&n=${encodeBase64url(nonce)}`));
}

/** What a page that may not read is left with. */
export async function canRead(url: string): Promise<boolean> {
  try {
    return decodeAscii(await bytesOf(await fetch(url))) !== '';
  } catch {
    return false;
  }
}

function mailboxUrl(cps: string, address: MailboxAddress): string {
  const { id, shard } = splitAddress(address);
  return `${cps}/mailboxes/${encodeBase64url(id)}/${shard}/passports`;
}

async function bytesOf(answer: Response): Promise<Uint8Array> {
  return new Uint8Array(await answer.arrayBuffer());
}
