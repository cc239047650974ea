// For routes of tests on node's own request: the body in memory, no more than allowed, no longer than allowed.

import type { IncomingMessage } from 'node:http';
import { concatBytes } from '@oobleck/stir/bytes';
import { type HttpProblem, problem, TIMED_OUT, TOO_LARGE } from '../src/http/problem.ts';

/**
 * @param limitBytes a longer body is refused as soon as that is known, before it has come whole
 * @throws HttpProblem 413 content-too-large, 408 request-timeout, 400 incomplete-body
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  timeoutMs: number,
): Promise<Uint8Array> {
  if (Number(request.headers['content-length']) > limitBytes) return Promise.reject(TOO_LARGE);
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const settle = (outcome: HttpProblem | undefined) => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      if (outcome === undefined) return resolve(chunks.length === 1 ? chunks[0]! : concatBytes(...chunks));
      request.pause();
      request.on('error', () => {});
      reject(outcome);
    };
    const onData = (chunk: Uint8Array) => {
      length += chunk.length;
      if (length > limitBytes) settle(TOO_LARGE);
      else chunks.push(chunk);
    };
    const onEnd = () => settle(undefined);
    const onClose = () => settle(problem(400, 'incomplete-body', 'The request ended before its body'));
    const timer = setTimeout(() => settle(TIMED_OUT), timeoutMs);
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
