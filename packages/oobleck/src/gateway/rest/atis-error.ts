// Errors of the ATIS-1000082 interface: the message ids and the shape of their bodies. A call that does not verify is
// no error; these are for requests that cannot be understood.

export interface AtisError {
  readonly status: number;
  readonly id: string;
  readonly text: string;
  readonly variables: readonly string[];
}

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

/** Thrown by the REST gateway; `variables` name parameters, never their values. */
export class AtisRefusal extends Error {
  override readonly name = 'AtisRefusal';
  readonly id: AtisErrorId;
  readonly variables: readonly string[];

  constructor(id: AtisErrorId, ...variables: readonly string[]) {
    super(id);
    this.id = id;
    this.variables = variables;
  }

  get status(): number {
    return ATIS_ERRORS[this.id].status;
  }
}

/** `serviceException` for SVC, `policyException` for POL. */
export function formatAtisError({ id, variables }: AtisRefusal): string {
  const exception = { messageId: id, text: ATIS_ERRORS[id].text, variables };
  const kind = id.startsWith('POL') ? 'policyException' : 'serviceException';
  return JSON.stringify({ requestError: { [kind]: exception } });
}
