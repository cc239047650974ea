// Problem documents (RFC 9457): the one form in which the HTTP faces say what was wrong. The type is
// `urn:oobleck:problem:<slug>`, stable for programs; title and detail are for people and quote nothing of the
// request. What nobody foresaw becomes one 500 with an id, and its cause goes to the log only.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EventLog } from '../operate/index.ts';
import type { PreparedAnswer } from './hot-exchange.ts';
import { endUnread } from './response-limit.ts';

export interface Problem {
  readonly status: number;
  /** In kebab-case. */
  readonly slug: string;
  readonly title: string;
  readonly detail?: string;
  /** `urn:uuid:` of this occurrence. */
  readonly instance?: string;
  /** For the `WWW-Authenticate` field of a 401 (RFC 9110 Section 11.6.1). */
  readonly challenge?: string;
}

/** Thrown by a handler to answer with a problem document. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly problem: Problem;

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(problem.title, options);
    this.problem = problem;
  }
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export const TOO_LARGE = problem(413, 'content-too-large', 'The body is larger than allowed');
export const TIMED_OUT = problem(408, 'request-timeout', 'The body took too long');

export function problem(status: number, slug: string, title: string, detail?: string): HttpProblem {
  return new HttpProblem({ status, slug, title, detail });
}

/** A 401, with the challenge that names the scheme. */
export function unauthorized(slug: string, title: string, challenge: string, detail?: string): HttpProblem {
  return new HttpProblem({
    status: 401,
    slug,
    title,
    challenge,
    ...(detail === undefined ? {} : { detail }),
  });
}

/** The JSON text of the document. */
export function formatProblem({ status, slug, title, detail, instance }: Problem): string {
  return JSON.stringify({ type: `urn:oobleck:problem:${slug}`, title, status, detail, instance });
}

/** The problem to answer for anything that was thrown; logs what was not foreseen. */
export function problemOf(error: unknown, log: EventLog): Problem {
  if (error instanceof HttpProblem) return error.problem;
  const incident = randomUUID();
  log.error('unforeseen-error', { incident, error });
  const title = 'Something went wrong that was not foreseen';
  return { status: 500, slug: 'internal-error', title, instance: `urn:uuid:${incident}` };
}

/** Answers, unless an answer has begun. Where the request's body was not read to its end, the connection ends with the answer, or the stream of HTTP/2 soon after. */
export function sendProblem(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = formatProblem(problem);
  const headers: Record<string, string> = {
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
  };
  if (problem.challenge !== undefined) headers['www-authenticate'] = problem.challenge;
  if (!request.complete) endAfterwards(request, response, headers);
  response.writeHead(problem.status, headers).end(body);
}

/** The same, for a hot route to send. @param fields further ones: name, value, ... */
export function prepareProblem(
  given: Problem,
  fields: readonly string[] = [],
): { readonly answer: PreparedAnswer; readonly body: Uint8Array } {
  const body = Buffer.from(formatProblem(given));
  const own = [
    'content-type',
    PROBLEM_MEDIA_TYPE,
    'content-length',
    String(body.length),
    'cache-control',
    'no-store',
  ];
  const challenge = given.challenge === undefined ? [] : ['www-authenticate', given.challenge];
  return { answer: { status: given.status, fields: [...own, ...challenge, ...fields] }, body };
}

/** Runs a handler and answers for what it throws. */
export async function answerProblems(
  request: IncomingMessage,
  response: ServerResponse,
  log: EventLog,
  handle: () => Promise<void> | void,
): Promise<void> {
  try {
    await handle();
  } catch (error) {
    sendProblem(request, response, problemOf(error, log));
  }
}

function endAfterwards(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string>,
): void {
  if (request.httpVersionMajor < 2) {
    headers.connection = 'close';
    return;
  }
  endUnread(response);
}
