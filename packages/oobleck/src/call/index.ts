export { afterInput } from './after-input.ts';
export { type Answers, type AtOnceOrLater, createAnswers } from './answers.ts';
export { type Breaker, type BreakerOptions, createBreaker } from './breaker.ts';
export { createFading, type Fading } from './fading.ts';
