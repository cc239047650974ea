// What a process counts, by name, and what wraps a role so that it is counted: the roles know nothing of it. Labels come
// from closed lists (see `operate/meter.ts`).

import { REASONS, type Verdict } from '@oobleck/stir/verdict';
import type {
  AuthenticationOutcome,
  AuthenticationService,
  DepositSender,
  TokenPurse,
} from '../authentication/index.ts';
import type { CallPlacementService, DepositOutcome } from '../cps/index.ts';
import type { Issuer } from '../issuer/index.ts';
import type { Meter } from '../operate/index.ts';
import type { VerificationService } from '../verification/index.ts';
import { ROUTES, routeOf } from './metered-routes.ts';

export interface Meters {
  /** Told of each answer; a status of 0 where there was none. */
  readonly answered: (target: string, status: number) => void;
  countPlacement(service: CallPlacementService): CallPlacementService;
  countIssuer(issuer: Issuer): Issuer;
  countAuthentication(service: AuthenticationService): AuthenticationService;
  countSender(sender: DepositSender): DepositSender;
  countPurse(purse: TokenPurse): TokenPurse;
  countVerification(service: VerificationService): VerificationService;
  readonly meter: Meter;
}

const STATUSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'];
const STATUS_CLASSES = ['none', ...STATUSES];
const DEPOSITS = ['created', 'bad-token', 'unknown-mailbox', 'token-spent', 'token-twice', 'unavailable'];
const ISSUANCES = ['issued', 'partial', 'content-type', 'format', 'none-issued', 'quota'];
const ATTESTATIONS = [
  'attested',
  'format',
  'audience',
  'time',
  'digest',
  'untrusted',
  'signature',
  'replayed',
];
const OUT_OF_BAND = ['stored', 'no-key', 'no-token', 'failed', 'deadline', 'none'];
const REFUSALS = ['no-authority', 'number-not-allowed', 'attestation-too-high', 'priority-not-allowed'];
const DIVERSION_REFUSALS = [
  'no-passport',
  'same-number',
  'stale',
  'too-many-diversions',
  'no-authority',
  'number-not-allowed',
];
const SENT = ['stored', 'refused', 'absent', 'unavailable'];

export function createMeters(meter: Meter): Meters {
  const requests = meter.counter({
    name: 'http_requests_total',
    help: 'Requests by route and class of status',
    labels: { route: ROUTES, status: STATUSES },
  });
  return {
    meter,
    answered: (target, status) =>
      requests.add([routeOf(target), STATUS_CLASSES[Math.floor(status / 100)] ?? 'none']),
    countPlacement: (service) => countPlacement(meter, service),
    countIssuer: (issuer) => countIssuer(meter, issuer),
    countAuthentication: (service) => countAuthentication(meter, service),
    countSender: (sender) => countSender(meter, sender),
    countPurse: (purse) => countPurse(meter, purse),
    countVerification: (service) => countVerification(meter, service),
  };
}

function countPlacement(meter: Meter, service: CallPlacementService): CallPlacementService {
  const help = 'Deposits at this CPS by what became of them';
  const deposits = meter.counter({ name: 'deposits_total', help, labels: { outcome: DEPOSITS } });
  const retrievals = meter.counter({ name: 'retrievals_total', help: 'Replies made by this CPS' });
  const secrets = meter.counter({ name: 'retractions_total', help: 'Secrets of retractions received' });
  const counted = (outcome: DepositOutcome): DepositOutcome => {
    deposits.add([outcome]);
    return outcome;
  };
  return {
    ...service,
    judge(request) {
      const judged = service.judge(request);
      return typeof judged === 'string' ? counted(judged) : judged;
    },
    place(judged) {
      const outcome = service.place(judged);
      return outcome instanceof Promise ? outcome.then(counted) : counted(outcome);
    },
    retrieve(request) {
      retrievals.add();
      return service.retrieve(request);
    },
    retract(given) {
      secrets.add([], given.length);
      return service.retract(given);
    },
  };
}

function countIssuer(meter: Meter, issuer: Issuer): Issuer {
  const answers = meter.counter({
    name: 'token_requests_total',
    help: 'Requests for tokens by what became of them, those with an attestation that holds',
    labels: { outcome: ISSUANCES },
  });
  const attestations = meter.counter({
    name: 'token_attestations_total',
    help: 'Attestations of requests for tokens by what was found',
    labels: { verdict: ATTESTATIONS },
  });
  const tokens = meter.counter({ name: 'tokens_issued_total', help: 'Tokens issued' });
  return {
    ...issuer,
    checkAttestation(text, body) {
      const verdict = issuer.checkAttestation(text, body);
      attestations.add([verdict.attested ? 'attested' : verdict.reason]);
      return verdict;
    },
    async issue(request) {
      const result = await issuer.issue(request);
      answers.add([result.issued ? (result.partial ? 'partial' : 'issued') : result.reason]);
      if (result.issued) tokens.add([], result.tokens);
      return result;
    },
  };
}

function countAuthentication(meter: Meter, service: AuthenticationService): AuthenticationService {
  const calls = meter.counter({
    name: 'calls_signed_total',
    help: 'Calls to be signed by what became of the out-of-band half, or why they were not signed',
    labels: { outcome: [...OUT_OF_BAND, ...REFUSALS, 'unknown-tenant'] },
  });
  const duration = meter.duration({ name: 'signing_seconds', help: 'From the question to the signed call' });
  const carried = meter.counter({
    name: 'calls_carried_total',
    help: 'Calls whose own PASSporTs were to be left out of band, by what became of that',
    labels: { outcome: [...OUT_OF_BAND, 'no-passport'] },
  });
  const diverted = meter.counter({
    name: 'calls_diverted_total',
    help: 'Diversions to be signed by what became of the out-of-band half, or why they were not signed',
    labels: { outcome: [...OUT_OF_BAND, ...DIVERSION_REFUSALS, 'unknown-tenant'] },
  });
  return {
    ...service,
    async carry(...question) {
      const outcome = await service.carry(...question);
      carried.add([outcome.carried ? outcome.outOfBand : outcome.reason]);
      return outcome;
    },
    async divert(...question) {
      const outcome = await service.divert(...question);
      diverted.add([outcome.diverted ? outcome.outOfBand : outcome.reason]);
      return outcome;
    },
    authenticate(...question) {
      const startedMs = performance.now();
      const counted = (outcome: AuthenticationOutcome): AuthenticationOutcome => {
        duration.observe(performance.now() - startedMs);
        calls.add([outcome.signed ? outcome.outOfBand : outcome.reason]);
        return outcome;
      };
      const outcome = service.authenticate(...question);
      return outcome instanceof Promise ? outcome.then(counted) : counted(outcome);
    },
  };
}

function countSender(meter: Meter, sender: DepositSender): DepositSender {
  const help = 'Deposits sent to CPSs by their answer';
  const answers = meter.counter({ name: 'deposits_sent_total', help, labels: { answer: SENT } });
  const duration = meter.duration({ name: 'deposit_seconds', help: 'From sending a deposit to its answer' });
  return {
    ...sender,
    async send(...deposit) {
      const startedMs = performance.now();
      const answer = await sender.send(...deposit);
      duration.observe(performance.now() - startedMs);
      answers.add([answer]);
      return answer;
    },
  };
}

function countPurse(meter: Meter, purse: TokenPurse): TokenPurse {
  const help = 'Times that tokens were taken from the wallet, and that there were too few';
  const taken = meter.counter({ name: 'wallet_takes_total', help, labels: { result: ['taken', 'short'] } });
  return {
    take(cpsAuthority, count) {
      const tokens = purse.take(cpsAuthority, count);
      taken.add([tokens === undefined ? 'short' : 'taken']);
      return tokens;
    },
  };
}

function countVerification(meter: Meter, service: VerificationService): VerificationService {
  const verdicts = meter.counter({
    name: 'verdicts_total',
    help: 'Verdicts on calls by reason and by how the PASSporT came',
    labels: { reason: REASONS, channel: ['in-band', 'out-of-band', 'none'] },
  });
  const duration = meter.duration({ name: 'verification_seconds', help: 'From the question to the verdict' });
  return {
    ...service,
    verify(...question) {
      const startedMs = performance.now();
      const counted = (verdict: Verdict): Verdict => {
        duration.observe(performance.now() - startedMs);
        verdicts.add([verdict.reason, verdict.channel ?? 'none']);
        return verdict;
      };
      const verdict = service.verify(...question);
      return verdict instanceof Promise ? verdict.then(counted) : counted(verdict);
    },
  };
}
