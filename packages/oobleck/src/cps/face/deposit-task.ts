// One deposit whose body has come, in the stages in which the deposits of a turn are taken: all are judged, then all are placed,
// then all are answered. None of them throws. What is refused early is answered with the others; what waits for a store is
// answered when that has spoken.

import { type HotExchange, HttpProblem, prepareAnswer } from '../../http/index.ts';
import type { CallPlacementService, DepositOutcome, JudgedDeposit } from '../index.ts';
import { REFUSALS } from './deposit-outcome.ts';
import { completeDeposit, type DepositHead } from './deposit-request.ts';

export interface DepositDesk {
  readonly service: Pick<CallPlacementService, 'judge' | 'place'>;
  readonly isFull: () => boolean;
  /** Fields of a 401. */
  readonly challenge: readonly string[];
}

const CREATED = prepareAnswer(201, { 'content-length': '0' });
const RETRY_AFTER = ['retry-after', '1'];

export class DepositTask {
  private readonly desk: DepositDesk;
  private readonly exchange: HotExchange;
  private readonly head: DepositHead;
  /** Lent until the exchange is answered. */
  private readonly blob: Uint8Array;
  private judged: JudgedDeposit | undefined;
  private outcome: DepositOutcome | undefined;
  private fault: unknown;
  private isWaiting = false;

  constructor(desk: DepositDesk, exchange: HotExchange, head: DepositHead, blob: Uint8Array) {
    this.desk = desk;
    this.exchange = exchange;
    this.head = head;
    this.blob = blob;
  }

  judge(): void {
    const { desk } = this;
    try {
      const request = completeDeposit(this.head, this.blob);
      const judged = desk.isFull() ? 'unavailable' : desk.service.judge(request);
      if (typeof judged === 'string') this.outcome = judged;
      else this.judged = judged;
    } catch (error) {
      this.fault = error;
    }
  }

  place(): void {
    if (this.judged === undefined) return;
    try {
      const outcome = this.desk.service.place(this.judged);
      if (outcome instanceof Promise) this.waitFor(outcome);
      else this.outcome = outcome;
    } catch (error) {
      this.fault = error;
    }
  }

  answer(): void {
    const { exchange, outcome } = this;
    if (this.isWaiting) return;
    if (outcome === 'created') exchange.answer(CREATED);
    else refuse(exchange, outcome === undefined ? this.fault : REFUSALS[outcome], this.desk.challenge);
  }

  private waitFor(outcome: Promise<DepositOutcome>): void {
    this.isWaiting = true;
    const tell = (known: DepositOutcome | undefined, fault?: unknown): void => {
      this.outcome = known;
      this.fault = fault;
      this.isWaiting = false;
      this.answer();
    };
    outcome.then(tell, (error: unknown) => tell(undefined, error));
  }
}

/** @param challenge fields of a 401 */
export function refuse(exchange: HotExchange, error: unknown, challenge: readonly string[]): void {
  const status = error instanceof HttpProblem ? error.problem.status : 500;
  exchange.refuse(error, status === 401 ? challenge : status === 503 ? RETRY_AFTER : []);
}
