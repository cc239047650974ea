// The part of the OpenAPI document that tells what the REST interface answers where it does not do what it was asked: with an
// error id of ATIS-1000082, or, where that has none, with a problem document (RFC 9457). A test drives each of them.

import { ATIS_ERRORS, type AtisErrorId } from './atis-error.ts';

const HEADERS = {
  'X-RequestID': {
    required: true,
    description: 'that of the request, else one that was made for it',
    schema: { type: 'string', maxLength: 128 },
  },
};
const field = (schema: object) => ({ required: true, schema });
const schemaOf = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** An answer of a resource: its id is echoed. */
export const answered = (description: string, schema?: object) => ({
  description,
  headers: HEADERS,
  ...(schema === undefined ? {} : { content: { 'application/json': { schema } } }),
});

/** With one of the error ids. @param headers beside the request's id */
function refused(ids: readonly AtisErrorId[], more: Partial<Record<AtisErrorId, string>> = {}, headers = {}) {
  const kind = ids[0]!.startsWith('POL') ? 'policyException' : 'serviceException';
  const named = { type: 'object', required: ['messageId'], properties: { messageId: { enum: ids } } };
  const told = { type: 'object', required: [kind], properties: { [kind]: named } };
  return {
    description: ids
      .map((id) => `${id}: ${ATIS_ERRORS[id].text}${more[id] === undefined ? '' : ` (${more[id]})`}`)
      .join('; '),
    headers: { ...HEADERS, ...headers },
    content: {
      'application/json': {
        schema: { allOf: [schemaOf('RequestError'), { type: 'object', properties: { requestError: told } }] },
      },
    },
  };
}

const problem = (description: string, headers: object) => ({
  description,
  headers,
  content: { 'application/problem+json': { schema: schemaOf('Problem') } },
});

/** Of whoever may not ask; whoever may not learns nothing else. */
const WHO_ASKS = {
  401: problem('Neither a client certificate nor a bearer key of a tenant.', {
    ...HEADERS,
    'WWW-Authenticate': field({ type: 'string' }),
  }),
  403: problem('A page in a browser asks, or Host does not name this service.', HEADERS),
};
const RETRY_AFTER = { 'Retry-After': field({ type: 'integer' }) };
const MALFORMED = 'The request is not well-formed HTTP (without a body where it names no Host).';
/** Before any resource is looked for: the id of the request is not echoed. */
const OF_THE_SERVER = {
  417: { description: 'Expect asks for something other than 100-continue.' },
  429: problem('Too much comes from this address or connection at once.', RETRY_AFTER),
  431: problem('The header fields are larger, or more, than allowed.', {}),
  501: problem('This method is not known.', {}),
  503: problem('There is no room for more now; the same request again is taken.', RETRY_AFTER),
};
const NOT_ALLOWED = refused(['POL4050'], {}, { Allow: field({ type: 'string' }) });

/** The same status where there is no request yet that a resource could refuse. */
function orMalformed({ description, content }: ReturnType<typeof refused>) {
  const { content: other } = problem(MALFORMED, {});
  return { description: `${description}. ${MALFORMED}`, content: { ...content, ...other } };
}

/** What a resource that is asked with GET answers beside 200. @param isNamed whether its path holds an id */
export const refusedGets = (isNamed: boolean) => ({
  400: problem(MALFORMED, {}),
  ...WHO_ASKS,
  ...(isNamed ? { 404: refused(['SVC4003'], { SVC4003: 'the id is not percent-encoded text' }) } : {}),
  405: NOT_ALLOWED,
  408: problem('The head of the request took too long.', {}),
  500: refused(['POL5000']),
  ...OF_THE_SERVER,
});

/** What a resource that is asked with POST answers beside 200 or 204. @param why there is nothing to answer with */
export const refusedPosts = (why?: string) => ({
  400: orMalformed(refused(['SVC4000', 'SVC4001', 'SVC4005', 'SVC4006'])),
  ...WHO_ASKS,
  404: refused(['SVC4003'], { SVC4003: 'the service behind it does not run here' }),
  405: NOT_ALLOWED,
  406: refused(['SVC4002']),
  408: problem('The body took longer than 10 s, or the head of the request too long.', {}),
  411: refused(['SVC4007']),
  413: problem('The body has more than 65536 bytes.', HEADERS),
  415: refused(['SVC4004']),
  500: refused(['POL5000'], why === undefined ? {} : { POL5000: why }),
  ...OF_THE_SERVER,
});

export const ERROR_SCHEMAS = {
  RequestError: {
    type: 'object',
    description: 'ATIS-1000082; names members of the request, never their values',
    required: ['requestError'],
    properties: {
      requestError: {
        type: 'object',
        properties: {
          serviceException: schemaOf('Exception'),
          policyException: schemaOf('Exception'),
        },
      },
    },
  },
  Exception: {
    type: 'object',
    required: ['messageId', 'text', 'variables'],
    properties: {
      messageId: { enum: Object.keys(ATIS_ERRORS) },
      text: { type: 'string' },
      variables: { type: 'array', items: { type: 'string' } },
    },
  },
};
