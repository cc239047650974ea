export { type AddressPolicy, createAddressPolicy } from './address-policy.ts';
export { addCertificateRoutes, type ServedChain } from './certificate-routes.ts';
export { createChainFetcher } from './chain-fetcher.ts';
export type { CorsOptions } from './cors.ts';
export type { HttpReply } from './exchange.ts';
export { createFastifyApp, type FastifyApp, type FastifyAppOptions } from './fastify-app.ts';
export {
  createGuardedClient,
  type GuardedClient,
  type GuardOptions,
  type GuardParts,
  type PeerState,
} from './guarded-client.ts';
export {
  type HotExchange,
  type HotRoutes,
  type PreparedAnswer,
  type ProblemForm,
  prepareAnswer,
} from './hot-exchange.ts';
export { HttpFailure, type HttpFailureCode } from './http-failure.ts';
export { DEFAULT_LIMITS, type HttpServerLimits } from './http-limits.ts';
export type { StreamOrder, StreamReceiver } from './open-stream.ts';
export {
  answerProblems,
  formatProblem,
  HttpProblem,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  prepareProblem,
  problem,
  problemOf,
  sendProblem,
  unauthorized,
} from './problem.ts';
export type { HttpHandler } from './request-reception.ts';
export { endUnread, liftResponseLimit } from './response-limit.ts';
export {
  createSafeClient,
  type HttpRequest,
  type SafeClient,
  type SafeClientOptions,
  type StreamingClient,
} from './safe-client.ts';
export type { Resolve, ResolvedAddress } from './safe-connector.ts';
export {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  type TlsMaterial,
} from './server.ts';
export { createWorkBatch, type WorkBatch } from './work-batch.ts';
