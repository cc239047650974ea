// The one error of the SIP parser: what reached it is not a request of RFC 3261 that this element can take, and the
// status to answer it with. The message names the rule and never a value of the request.

export type FaultStatus = 400 | 413 | 416 | 420 | 482 | 483 | 500 | 501 | 505;

export class SipFault extends Error {
  override readonly name = 'SipFault';
  readonly status: FaultStatus;
  /** Header lines that the answer carries beside the usual ones, without line ends. */
  readonly headers: readonly string[];

  constructor(status: FaultStatus, message: string, headers: readonly string[] = []) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** RFC 3261 Section 21.4.1: the phrase says what is wrong in the message. */
export function malformed(message: string): SipFault {
  return new SipFault(400, message);
}
