// Why a request was refused, and how it is told. 401: the token does not hold. 403: it holds, and allows something else
// than this. 404 is one answer for what is not there and what is not for whoever asks.

export type Refusal = keyof typeof REFUSALS;

export const REFUSALS = {
  'no-token': { status: 401, error: 'a Bearer access token is needed' },
  'malformed-token': { status: 401, error: 'the access token is malformed' },
  audience: { status: 401, error: 'aud of the access token is another host' },
  stale: { status: 401, error: 'iat of the access token is not of now' },
  expired: { status: 401, error: 'exp of the access token has passed' },
  'missing-claim': { status: 401, error: 'a claim that the profile needs is missing' },
  untrusted: { status: 401, error: 'the certificate of the access token is not trusted' },
  signature: { status: 401, error: 'the signature of the access token does not hold' },
  replayed: { status: 401, error: 'the access token was used before' },
  holder: { status: 403, error: 'iss, sub or spc is not the provider of the certificate' },
  'other-pair': { status: 403, error: 'orig, dest or spc of the access token differ from the path' },
  'other-action': { status: 403, error: 'action of the access token is not that of the request' },
  republish: { status: 403, error: 'republishing is not taken here' },
  'other-body': { status: 403, error: 'passports of the access token is not the digest of the body' },
  malformed: { status: 400, error: 'the body is malformed' },
  'stale-passport': { status: 400, error: 'no PASSporT of the body is fresh' },
  'not-found': { status: 404, error: 'Not Found' },
  pace: { status: 429, error: 'too many requests of this provider' },
  'certificate-unavailable': {
    status: 503,
    error: 'the certificate of the access token cannot be fetched now',
  },
  unavailable: { status: 503, error: 'try again later' },
} as const satisfies Record<string, { readonly status: number; readonly error: string }>;
