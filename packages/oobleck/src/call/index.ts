export { afterInput } from './after-input.ts';
export { type Answers, createAnswers } from './answers.ts';
export { type AtOnceOrLater, andThen, unlessDown } from './at-once.ts';
export { type Breaker, type BreakerOptions, createBreaker } from './breaker.ts';
export { createFading, type Fading } from './fading.ts';
export { createKeyedHash, createRandomHash, type KeyedHash } from './keyed-hash.ts';
