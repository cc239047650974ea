// Errors of the ATIS-1000082 interface: the message ids and the shape of their bodies. A call that does not verify is
// no error; these are for requests that cannot be understood.

import { HttpProblem, type Problem, type ProblemForm, prepareProblem } from '../../http/index.ts';

export const ATIS_ERRORS = {
  SVC4000: { status: 400, text: 'Missing request body' },
  SVC4001: { status: 400, text: "Missing mandatory parameter '%1'" },
  SVC4002: { status: 406, text: 'Requested response body type is not supported' },
  SVC4003: { status: 404, text: 'Requested resource was not found' },
  SVC4004: { status: 415, text: 'Request body type is not supported' },
  SVC4005: { status: 400, text: "Invalid value of parameter '%1'" },
  SVC4006: { status: 400, text: 'Request body cannot be parsed' },
  SVC4007: { status: 411, text: 'Content-Length is missing' },
  POL4050: { status: 405, text: 'Method is not allowed' },
  POL5000: { status: 500, text: 'Internal error' },
} as const;

export type AtisErrorId = keyof typeof ATIS_ERRORS;

interface AtisProblem extends Problem {
  readonly id: AtisErrorId;
  readonly variables: readonly string[];
}

/** Thrown by the REST gateway; `variables` name parameters, never their values. */
export class AtisRefusal extends HttpProblem {
  readonly id: AtisErrorId;
  readonly variables: readonly string[];

  constructor(id: AtisErrorId, ...variables: readonly string[]) {
    const { status, text } = ATIS_ERRORS[id];
    const told: AtisProblem = { status, slug: id.toLowerCase(), title: text, id, variables };
    super(told);
    this.id = id;
    this.variables = variables;
  }
}

/**
 * Errors of ATIS-1000082 in its form. Others stay problem documents, but for those that it has an id for: a body that cannot
 * be read, and what nobody foresaw.
 * @param fields that every answer to the request carries
 */
export function toldInAtisForm(fields: readonly string[]): ProblemForm {
  return (problem, further) => {
    const { id, variables = [] } = asAtis(problem);
    if (id === undefined) return prepareProblem(problem, [...further, ...fields]);
    const body = Buffer.from(formatAtisError(id, variables));
    const own = ['content-type', 'application/json', 'content-length', String(body.length)];
    const { status } = ATIS_ERRORS[id];
    return { answer: { status, fields: [...own, ...further, ...fields] }, body };
  };
}

function asAtis(problem: Problem): Partial<AtisProblem> {
  if ('id' in problem) return problem as AtisProblem;
  if (problem.status === 500) return { id: 'POL5000' };
  return problem.status === 400 ? { id: 'SVC4006' } : {};
}

/** `serviceException` for SVC, `policyException` for POL. */
function formatAtisError(id: AtisErrorId, variables: readonly string[]): string {
  const exception = { messageId: id, text: ATIS_ERRORS[id].text, variables };
  const kind = id.startsWith('POL') ? 'policyException' : 'serviceException';
  return JSON.stringify({ requestError: { [kind]: exception } });
}
