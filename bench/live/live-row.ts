// A row of the bench of live deposits.

export interface LiveRow {
  readonly live: number;
  readonly depositsPerCpuSecond: number;
  readonly retrievalsPerCpuSecond: number;
  /** By how much laying them in grew the resident memory of the process, for each deposit and its spent token. */
  readonly bytesPerDeposit: number;
  /** Of the process. */
  readonly residentMegabytes: number;
}
