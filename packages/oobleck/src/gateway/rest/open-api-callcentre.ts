// The part of the OpenAPI document that tells the interface of a call centre (RFC 8816 Section 5.5), which lies beside the
// REST interface. A test holds it against the routes, and what a call is read by stands here only.

const NUMBER = {
  type: 'string',
  minLength: 1,
  maxLength: 32,
  description: 'a telephone number, as the dial plan has it or with +',
};
const NUMBERS = { type: 'array', minItems: 1, maxItems: 16, items: NUMBER };

/** The body of who tells that a call arrives. */
export const ARRIVING_CALL = {
  type: 'object',
  required: ['callId', 'called'],
  additionalProperties: false,
  properties: {
    callId: {
      type: 'string',
      minLength: 1,
      maxLength: 256,
      description: 'the same for each repetition of a call',
    },
    calling: NUMBER,
    called: { anyOf: [NUMBER, NUMBERS] },
    formerlyCalled: NUMBERS,
  },
};

const problem = (description: string, headers?: object) => ({
  description,
  ...(headers === undefined ? {} : { headers }),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
const field = (schema: object) => ({ required: true, schema });
const WHO_ASKS = {
  401: problem('Neither a client certificate nor a bearer key of a tenant.', {
    'WWW-Authenticate': field({ type: 'string' }),
  }),
  403: problem('A page in a browser asks.'),
};

export const CALL_CENTRE_PATHS = {
  '/callcentre/v1/calls': {
    post: {
      summary: 'Tells that a call arrives, where `callcentre` is configured',
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/ArrivingCall' } } },
      },
      responses: {
        202: { description: 'Agents see it, and its verdict when there is one.' },
        400: problem('The body has not the form it must have.'),
        ...WHO_ASKS,
        413: problem('The body has more than 65536 bytes.'),
        415: problem('The body is of another media type.'),
        422: problem('calling or called is no telephone number, or callId has letters that are none.'),
        503: problem('As many calls as may wait for their PASSporT do.', {
          'Retry-After': field({ type: 'integer' }),
        }),
      },
    },
  },
  '/callcentre/v1/events': {
    get: {
      summary: 'What agents’ software listens to: server-sent events of the tenant’s calls',
      parameters: [
        {
          name: 'Last-Event-ID',
          in: 'header',
          required: false,
          description: 'the id of the last event that was seen; what came after it comes first',
          schema: { type: 'string', maxLength: 64 },
        },
      ],
      responses: {
        200: {
          description: 'Without an end.',
          content: {
            'text/event-stream': {
              schema: {
                type: 'string',
                description:
                  'call: callId, calling, called, arrivedAt; verdict: the same with verstat, reason, attestation, originationId, authority, channel, afterMs; gap: events were missed',
              },
            },
          },
        },
        ...WHO_ASKS,
        429: problem('As many as may listen for this tenant do.'),
      },
    },
  },
};

export const CALL_CENTRE_SCHEMAS = {
  ArrivingCall: ARRIVING_CALL,
  Problem: {
    type: 'object',
    description: 'RFC 9457; quotes nothing of the request',
    required: ['type', 'title', 'status'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      instance: { type: 'string' },
    },
  },
};
