// One retraction whose body has come, in the stages of the deposits of its turn: what came before it is placed before it is
// looked for. None of the stages throws. Its answer says nothing about what there was.

import { RETRACT_SECRET_BYTES } from '@oobleck/stir/mailbox';
import { type HotExchange, prepareAnswer } from '../../http/index.ts';
import type { CallPlacementService } from '../index.ts';

const NO_CONTENT = prepareAnswer(204);

export class RetractionTask {
  private readonly service: Pick<CallPlacementService, 'retract'>;
  private readonly exchange: HotExchange;
  /** Secrets behind each other, lent until the exchange is answered. */
  private readonly body: Uint8Array;
  private retracted: Promise<void> | undefined;
  private fault: { readonly error: unknown } | undefined;

  constructor(service: Pick<CallPlacementService, 'retract'>, exchange: HotExchange, body: Uint8Array) {
    this.service = service;
    this.exchange = exchange;
    this.body = body;
  }

  /** There is nothing to judge. */
  judge(): void {}

  place(): void {
    const { service, body } = this;
    const secrets = Array.from({ length: body.length / RETRACT_SECRET_BYTES }, (_, i) =>
      body.subarray(i * RETRACT_SECRET_BYTES, (i + 1) * RETRACT_SECRET_BYTES),
    );
    try {
      this.retracted = service.retract(secrets) ?? undefined;
    } catch (error) {
      this.fault = { error };
    }
  }

  answer(): void {
    const { exchange, retracted, fault } = this;
    if (fault !== undefined) exchange.refuse(fault.error);
    else if (retracted === undefined) exchange.answer(NO_CONTENT);
    else
      retracted.then(
        () => exchange.answer(NO_CONTENT),
        (error: unknown) => exchange.refuse(error),
      );
  }
}
