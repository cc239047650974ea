// One request of the ATIS profiles in the stages in which those of a turn are taken: what it says is read, its token is proven,
// it is stored or looked up, it is answered. None of the stages throws. What is refused, and what waits for a certificate or
// a store, drops out; the latter goes through the rest by itself.

import type { AtOnceOrLater } from '../../../../call/index.ts';
import type { HotExchange } from '../../../../http/index.ts';
import type { AtisPlacement, Claim, Proven, PublishedSet, Refusal, Retrieved } from '../index.ts';
import { preparedJson, refusalOf, sendJson } from './atis-answer.ts';

/** `undefined` where something was published. */
type Outcome = Retrieved | Refusal | undefined;

export class AtisTask {
  private readonly placement: AtisPlacement;
  private readonly exchange: HotExchange;
  private readonly readClaim: () => Claim;
  /** Of what is to be published; lent until the exchange is answered. */
  private readonly body: Uint8Array | undefined;
  private claim: Claim | undefined;
  private set: PublishedSet | undefined;
  private proven: Proven | Refusal | undefined;
  private outcome: Outcome;
  /** Refused, or waiting. */
  private isOut = false;

  /** @param readClaim what was read before the body, or reads it now; it may throw */
  constructor(
    placement: AtisPlacement,
    exchange: HotExchange,
    readClaim: () => Claim,
    body: Uint8Array | undefined,
  ) {
    this.placement = placement;
    this.exchange = exchange;
    this.readClaim = readClaim;
    this.body = body;
  }

  read(): void {
    const { body } = this;
    try {
      this.claim = this.readClaim();
      const set = body && this.placement.prepare(this.claim, body);
      if (typeof set === 'string') this.refuse(refusalOf(set));
      else this.set = set;
    } catch (error) {
      this.refuse(error);
    }
  }

  prove(): void {
    if (this.isOut) return;
    try {
      const proven = this.placement.prove(this.claim!);
      if (proven instanceof Promise) this.waitFor(proven.then((found) => this.settle(found)));
      else this.proven = proven;
    } catch (error) {
      this.refuse(error);
    }
  }

  act(): void {
    if (this.isOut) return;
    try {
      const outcome = this.settle(this.proven!);
      if (outcome instanceof Promise) this.waitFor(outcome);
      else this.outcome = outcome;
    } catch (error) {
      this.refuse(error);
    }
  }

  answer(): void {
    if (!this.isOut) this.send(this.outcome);
  }

  private settle(proven: Proven | Refusal): AtOnceOrLater<Outcome> {
    const { placement, set } = this;
    if (typeof proven === 'string') return proven;
    return set === undefined ? placement.retrieve(proven) : placement.publish(proven, set);
  }

  private waitFor(outcome: Promise<Outcome>): void {
    this.isOut = true;
    outcome.then((found) => this.send(found)).catch((error: unknown) => this.exchange.refuse(error));
  }

  private refuse(error: unknown): void {
    this.isOut = true;
    this.exchange.refuse(error);
  }

  private send(outcome: Outcome): void {
    const { exchange } = this;
    if (outcome === undefined) sendCreated(exchange);
    else if (typeof outcome === 'string') exchange.refuse(refusalOf(outcome));
    // PASSporTs are base64url and dots: nothing in them needs escaping.
    else sendJson(exchange, 200, `{"passports":["${outcome.join('","')}"]}`);
  }
}

const sendCreated = preparedJson(201, '{"status":201,"message":"Created"}');
