// The one client for all outgoing traffic. It speaks HTTPS to public addresses, answers within the caller's
// deadline or not at all, holds no more of a response than the caller allows, follows no redirect unless told to,
// and sends nothing the caller did not give it. Proxy settings of the environment are not looked at, and content
// codings are neither asked for nor decoded: a decoded body has no honest size.

import { Agent, type Dispatcher } from 'undici';
import { createAddressPolicy } from './address-policy.ts';
import { exchange, type HttpReply } from './exchange.ts';
import { HttpFailure } from './http-failure.ts';
import { openStream, type StreamOrder, type StreamReceiver } from './open-stream.ts';
import { createRenewableAgent } from './renewable-agent.ts';
import { createSafeConnector, type Resolve, resolveBySystem } from './safe-connector.ts';
import { parseSafeUrl, type UrlRules } from './safe-url.ts';

export interface SafeClientOptions {
  /** CIDR blocks or addresses to permit beside public ones, default none. */
  readonly allowAddresses?: readonly string[];
  /** Take `http:` URLs whose host resolves to loopback, default false. */
  readonly allowLoopbackHttp?: boolean;
  /** Ports to take, default all. */
  readonly allowPorts?: readonly number[];
  /** PEM roots instead of the system's; or those of the moment, for connections from then on. */
  readonly ca?: readonly string[] | (() => readonly string[]);
  /** PEM chain and key of a client certificate, for mutual TLS. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  /** Instead of the system's resolver. */
  readonly resolve?: Resolve;
  /** For one attempt to connect, whatever the deadline of the request, default 5000. */
  readonly connectTimeoutMs?: number;
  /** How long an idle connection is kept, default 30000. */
  readonly keepAliveMs?: number;
  /** HTTP/1.1 connections to one origin, default 64. */
  readonly connectionsPerOrigin?: number;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** For everything: name, connection, headers, body, redirects. */
  readonly deadlineMs: number;
  readonly maxResponseBytes: number;
  /** Default 0: an answer that redirects is a failure. */
  readonly maxRedirects?: number;
}

export interface SafeClient {
  /** Any status is a reply. @throws HttpFailure */
  request(request: HttpRequest): Promise<HttpReply>;
  /** Ends all connections and fails what is in flight. */
  close(): Promise<void>;
}

/** The same client for answers without end. */
export interface StreamingClient extends SafeClient {
  /** @returns what ends it @throws HttpFailure for a URL that is not asked */
  openStream(order: StreamOrder, receiver: StreamReceiver): () => void;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function createSafeClient(options: SafeClientOptions = {}): StreamingClient {
  const rules = { allowLoopbackHttp: options.allowLoopbackHttp ?? false, allowPorts: options.allowPorts };
  const agents = createRenewableAgent(() => createAgent(options));
  return {
    async request(request) {
      const endsAtMs = performance.now() + request.deadlineMs;
      const agent = agents.current();
      try {
        return await follow(agent, rules, request);
      } catch (error) {
        if (!agents.renewAfter(error, agent)) throw error;
        return follow(agents.current(), rules, { ...request, deadlineMs: endsAtMs - performance.now() });
      }
    },
    openStream(order, receiver) {
      const agent = agents.current();
      const onEnd = (failure: HttpFailure | undefined): void => {
        agents.renewAfter(failure, agent);
        receiver.onEnd(failure);
      };
      return openStream(agent, rules, order, { ...receiver, onEnd });
    },
    close: agents.close,
  };
}

function createAgent(options: SafeClientOptions): Agent {
  return new Agent({
    connect: createSafeConnector({
      policy: createAddressPolicy(options.allowAddresses),
      resolve: options.resolve ?? resolveBySystem,
      connectTimeoutMs: options.connectTimeoutMs ?? 5000,
      ca: options.ca,
      ...options.clientCertificate,
    }),
    allowH2: true,
    connections: options.connectionsPerOrigin ?? 64,
    keepAliveTimeout: options.keepAliveMs ?? 30_000,
    maxHeaderSize: 16_384,
    // The request's own deadline covers both.
    headersTimeout: 0,
    bodyTimeout: 0,
    h2Options: { pingInterval: 5000 },
  });
}

async function follow(agent: Dispatcher, rules: UrlRules, request: HttpRequest): Promise<HttpReply> {
  const endsAtMs = performance.now() + request.deadlineMs;
  let current = request;
  let url = parseSafeUrl(request.url, rules);
  for (let redirects = request.maxRedirects ?? 0; ; redirects--) {
    const reply = await exchange(agent, url, { ...current, deadlineMs: endsAtMs - performance.now() });
    if (!REDIRECTS.has(reply.status)) return reply;
    if (redirects <= 0) throw new HttpFailure('redirect', 'the answer redirects');
    const next = redirectTarget(url, reply, rules);
    current = redirected(current, next.origin === url.origin);
    url = next;
  }
}

function redirectTarget(from: URL, reply: HttpReply, rules: UrlRules): URL {
  const location = URL.parse(reply.headers.location ?? '', from);
  if (reply.headers.location === undefined || location === null)
    throw new HttpFailure('redirect', 'the answer redirects to nowhere');
  const url = parseSafeUrl(location.href, rules);
  if (url.protocol !== from.protocol) throw new HttpFailure('redirect', 'the redirect changes the scheme');
  return url;
}

/** Another origin gets nothing of what the caller gave for the first. Only reading may be redirected. */
function redirected(request: HttpRequest, isSameOrigin: boolean): HttpRequest {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HttpFailure('redirect', 'the answer redirects a request that is not safe');
  return isSameOrigin ? request : { ...request, headers: undefined };
}
