// A call flow that an end-to-end test plays: who is on the way of a call, and what goes from whom to whom.

export interface Flow {
  readonly title: string;
  /** What the flow is for, and what stands in for what in the test. */
  readonly story: string;
  /** From left to right. */
  readonly parties: readonly string[];
  /** From, to, what. */
  readonly steps: readonly (readonly [string, string, string])[];
  /** The file of the test and its name. */
  readonly test: readonly [file: string, name: string];
}
