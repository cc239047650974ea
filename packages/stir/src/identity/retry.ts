// What an authentication service does when its request comes back refused (RFC 8224 Section 6.1.1).

export interface RefusedRequest {
  /** Status code of the final response. */
  readonly status: number;
  readonly form: 'full' | 'compact';
  /** How often this request was already sent again for its Identity header field. */
  readonly retries: number;
}

/** Whether to send it again with the full form: after 438, where the compact form was sent, once. */
export function shouldRetryInFullForm({ status, form, retries }: RefusedRequest): boolean {
  return status === 438 && form === 'compact' && retries === 0;
}
