// One check of `passport verify` and what came of it.

import type { ArrivedCall } from '@oobleck/stir/call';
import type { Certificate, NumberMap } from '@oobleck/stir/certificate';
import type { Crypto } from '@oobleck/stir/crypto';
import type { Crl } from '@oobleck/stir/revocation';
import type { PassportChain } from '@oobleck/stir/verdict';
import type { FoundChain } from './chain-input.ts';

export interface Check {
  readonly name: string;
  readonly result: 'pass' | 'fail' | 'skipped';
  readonly detail: string;
}

export interface CheckQuestion {
  readonly chain: PassportChain;
  /** Absent where the person did not say from whom to whom the call is. */
  readonly call: ArrivedCall | undefined;
  /** Of each link, latest first. */
  readonly certificates: readonly FoundChain[];
  readonly anchors: readonly Certificate[];
  /** Unix seconds. */
  readonly at: number;
  readonly crypto: Crypto;
  readonly freshnessSeconds: number;
  readonly numberMap?: NumberMap | undefined;
  readonly crl?: Crl | undefined;
}

export function passed(name: string, detail: string): Check {
  return { name, result: 'pass', detail };
}

export function failed(name: string, detail: string): Check {
  return { name, result: 'fail', detail };
}

export function skipped(name: string, detail: string): Check {
  return { name, result: 'skipped', detail };
}
