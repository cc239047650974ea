// A row of the bench of live deposits.

export interface LiveRow {
  readonly live: number;
  readonly deposits: LiveRate;
  readonly retrievals: LiveRate;
  /** By how much laying them in grew the resident memory of the process, for each deposit and its spent token. */
  readonly bytesPerDeposit: number;
  /** Of the process. */
  readonly residentMegabytes: number;
}

export interface LiveRate {
  readonly perCpuSecond: number;
  /** Part of what the same server does with an empty store. */
  readonly ofEmpty: number;
}
