// Answers in the shape of the ATIS profiles: `{"status":404,"error":"..."}`, always JSON, never kept by anybody on the way.

import { type HotExchange, HttpProblem, type ProblemForm } from '../../../../http/index.ts';
import { REFUSALS, type Refusal } from '../index.ts';

/** @param json ASCII, as PASSporTs are */
export function sendJson(exchange: HotExchange, status: number, json: string): void {
  const body = Buffer.from(json, 'latin1');
  exchange.answer({ status, fields: fieldsOf(body) }, body);
}

/** An answer that is always the same. */
export function preparedJson(status: number, json: string): (exchange: HotExchange) => void {
  const body = Buffer.from(json);
  const answer = { status, fields: fieldsOf(body) };
  return (exchange) => exchange.answer(answer, body);
}

/** Every refusal on these routes, those of the server among them. */
export const toldInAtisForm: ProblemForm = ({ status, title, challenge }, fields) => {
  const body = Buffer.from(JSON.stringify({ status, error: title }));
  const named = challenge === undefined ? [] : ['www-authenticate', challenge];
  return { answer: { status, fields: [...fieldsOf(body), ...named, ...fields] }, body };
};

export function refusalOf(refusal: Refusal): HttpProblem {
  return PROBLEMS.get(refusal)!;
}

export function faultOf(status: number, error: string): HttpProblem {
  return new HttpProblem({ status, slug: 'atis', title: error });
}

/** RFC 6750 Section 3: a 401 names the scheme. */
const PROBLEMS = new Map(
  Object.entries(REFUSALS).map(([slug, { status, error }]) => {
    const problem = { status, slug, title: error };
    return [slug, new HttpProblem(status === 401 ? { ...problem, challenge: 'Bearer' } : problem)];
  }),
);

function fieldsOf({ length }: Buffer): readonly string[] {
  return ['content-type', 'application/json', 'content-length', String(length), 'cache-control', 'no-store'];
}
