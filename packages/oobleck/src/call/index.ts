export { type Answers, createAnswers } from './answers.ts';
export { type Breaker, type BreakerOptions, createBreaker } from './breaker.ts';
