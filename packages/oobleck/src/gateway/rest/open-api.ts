// The OpenAPI document of the REST interface, and of the call centre's beside it, as it is served. Tests hold it against
// the routes.

import { answered, ERROR_SCHEMAS, refusedGets, refusedPosts } from './open-api-answers.ts';
import { CALL_CENTRE_PATHS, CALL_CENTRE_SCHEMAS } from './open-api-callcentre.ts';

const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more });
const tn = text('digits, *, # and separators, with or without +', { pattern: '^[0-9*#+.()-]{1,32}$' });
const one = { type: 'object', properties: { tn, uri: text('a SIP or tel URI') } };
const many = {
  type: 'object',
  properties: {
    tn: { type: 'array', items: tn, maxItems: 16 },
    uri: { type: 'array', items: text('a SIP or tel URI'), maxItems: 16 },
  },
};
const seconds = (description: string) => ({ type: 'integer', minimum: 0, description });
const objectOf = (properties: object, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const identities = { type: 'array', maxItems: 8, items: text('the value of an Identity header field') };

const restored = {
  type: 'array',
  items: text('the value of an Identity header field'),
  description:
    'beyond the documents: on a trunk that restores, all fields to put into the INVITE, full form (RFC 8816 Section 5.3)',
};
const added = {
  ...identities,
  description:
    'beyond the documents: all fields to add, where a diversion is of PASSporTs for different destinations and so takes several',
};

/** Beyond the documents: names the call, and the trunk. */
const ADDED = {
  callId: text('the same for each repetition of a call; X-RequestID where it is missing', { maxLength: 256 }),
  trunk: text('the name of one of the tenant’s trunks; its first where it is missing'),
};
const signing = objectOf(
  {
    ppt: { enum: ['shaken', 'div', 'rph'], default: 'shaken' },
    attest: { enum: ['A', 'B', 'C'] },
    orig: one,
    dest: many,
    iat: seconds('becomes iat; at most 60 s from now'),
    origid: text('a UUID', { format: 'uuid' }),
    div: objectOf({ ...one.properties, hi: text('index of the History-Info entry') }),
    rph: objectOf({ auth: { type: 'array', items: text('a Resource-Priority value') } }, ['auth']),
    sph: { enum: ['psap-callback'] },
    profileId: text('taken, not used'),
    requestId: text('echoed in the answer to a bare body'),
    identityHeader: text('of the call that is diverted, so that the diversion can go out of band'),
    identityHeaders: identities,
    ...ADDED,
  },
  ['orig', 'dest', 'iat'],
);
const atisVerification = objectOf(
  {
    from: one,
    to: many,
    time: seconds('of the Date header field'),
    identity: text('the value of an Identity header field; without it, out of band only'),
    formerlyCalled: many,
    ...ADDED,
  },
  ['from', 'to', 'time'],
);
const gppVerification = objectOf(
  {
    from: text('a number or URI, of P-Asserted-Identity or From'),
    to: text('a number or URI'),
    dest: text('a number or URI, of the Request-URI'),
    time: seconds('of the Date header field'),
    identityHeader: text('the value of an Identity header field'),
    identityHeaders: identities,
    protectedHeaders: { description: 'header fields that rph speaks about, as text or as objects' },
    displayName: text('the name that signaling shows'),
    ...ADDED,
  },
  ['from', 'to', 'time'],
);
const verstat = { enum: ['TN-Validation-Passed', 'TN-Validation-Failed', 'No-TN-Validation'] };
const reason = {
  reasoncode: { type: 'integer' },
  reasontext: { type: 'string' },
  reasondesc: { type: 'string' },
};
const verifyResult = objectOf(
  {
    verifyResult: objectOf(
      {
        ppt: { type: 'string' },
        status: { enum: ['pass', 'fail'] },
        validClaims: { type: 'object' },
        reasonCode: { type: 'integer' },
        reasonText: { type: 'string' },
        reasonDescription: { type: 'string' },
      },
      ['ppt', 'status'],
    ),
  },
  ['verifyResult'],
);
const SCHEMAS = {
  SigningRequest: {
    oneOf: [objectOf({ signingRequest: signing }, ['signingRequest']), signing],
    description: 'ATIS-1000082, or bare as in 3GPP TS 24.229 Annex V',
  },
  SigningResponse: {
    oneOf: [
      objectOf(
        { signingResponse: objectOf({ identity: { type: 'string' }, identities: added }, ['identity']) },
        ['signingResponse'],
      ),
      objectOf(
        { identityHeader: { type: 'string' }, identityHeaders: added, requestId: { type: 'string' } },
        ['identityHeader'],
      ),
    ],
  },
  VerificationRequest: {
    oneOf: [objectOf({ verificationRequest: atisVerification }, ['verificationRequest']), gppVerification],
  },
  VerificationResponse: {
    oneOf: [
      objectOf(
        {
          verificationResponse: objectOf({ verstat, ...reason, identities: restored }, ['verstat']),
        },
        ['verificationResponse'],
      ),
      objectOf(
        {
          verstatValue: verstat,
          divResult: {
            type: 'array',
            items: objectOf({ div: { type: 'string' }, verstatValue: verstat }, ['div', 'verstatValue']),
          },
          verifyResults: { type: 'array', items: verifyResult },
          verstatPriority: {
            enum: ['RPH-Validation-Passed', 'RPH-Validation-Failed', 'No-RPH-Validation'],
          },
          identityHeaders: restored,
        },
        ['verstatValue'],
      ),
    ],
  },
  RetractionRequest: objectOf(
    { retractionRequest: objectOf({ orig: one, dest: many, ...ADDED }, ['orig', 'dest', 'callId']) },
    ['retractionRequest'],
  ),
  Traces: objectOf({
    traces: {
      type: 'array',
      items: objectOf({
        traceId: { type: 'string', format: 'uuid' },
        trunk: { type: 'string' },
        direction: { enum: ['outgoing', 'incoming'] },
        offeredAtMs: { type: 'number' },
        steps: {
          type: 'array',
          items: objectOf({
            step: { enum: ['offered', 'numbers', 'asked', 'decided', 'answered'] },
            ms: { type: 'number' },
            reason: { type: 'string' },
          }),
        },
      }),
    },
  }),
};

const schemaOf = (name: string) => ({ $ref: `#/components/schemas/${name}` });
/** @param response nothing, where there is nothing to say @param why there may be nothing to answer with */
const post = (summary: string, request: string, response?: string, why?: string) => ({
  post: {
    summary,
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(request) } } },
    responses: {
      ...(response === undefined ? { 204: answered('taken') } : { 200: answered('OK', schemaOf(response)) }),
      ...refusedPosts(why),
    },
  },
});

export const OPEN_API = {
  openapi: '3.1.0',
  info: { title: 'Oobleck: the REST interface for switches', version: '1' },
  security: [{}, { bearerKey: [] }, { clientCertificate: [] }],
  paths: {
    '/stir/v1/signing': post(
      'Signs a call, a diversion or a priority',
      'SigningRequest',
      'SigningResponse',
      'also where nothing was signed within the deadline of the trunk',
    ),
    '/stir/v1/verification': post(
      'Says what to believe of a call',
      'VerificationRequest',
      'VerificationResponse',
    ),
    '/stir/v1/retraction': post('Takes back what was left for a call', 'RetractionRequest'),
    '/stir/v1/traces/{id}': {
      get: {
        summary: 'What happened to a call, by its callId or a trace id',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: answered('OK', schemaOf('Traces')), ...refusedGets(true) },
      },
    },
    '/stir/v1/openapi.json': {
      get: {
        summary: 'This document',
        responses: { 200: answered('OK', { type: 'object' }), ...refusedGets(false) },
      },
    },
    ...CALL_CENTRE_PATHS,
  },
  components: {
    securitySchemes: {
      bearerKey: { type: 'http', scheme: 'bearer' },
      clientCertificate: { type: 'mutualTLS' },
    },
    schemas: { ...SCHEMAS, ...ERROR_SCHEMAS, ...CALL_CENTRE_SCHEMAS },
  },
};

export const OPEN_API_TEXT = JSON.stringify(OPEN_API);
