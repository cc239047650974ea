// Every published vector of the protocol, checked with any crypto adapter on any runtime: nothing here belongs to one.
// Vectors come as they stand in their files, by name: `passport/passport.rfc8225` is src/passport/vectors/passport.rfc8225.json.

import type { Crypto } from '../../src/crypto/index.ts';
import { checkCertificate, checkEncompassing, checkRanges, checkTnAuthLists } from './certificate-vectors.ts';
import {
  checkClaims,
  checkDigest,
  checkDigests,
  checkIdentity,
  checkMediaKeys,
  checkPassports,
  checkReasons,
  checkSip,
} from './passport-vectors.ts';
import {
  checkBatches,
  checkChallenges,
  checkHpke,
  checkHpkeSequence,
  checkTokens,
} from './sealing-vectors.ts';
import { checkAddress, checkCanonicalJson, checkEntries, checkNumbers, checkUris } from './text-vectors.ts';

export type VectorFiles = Readonly<Record<string, unknown>>;

export interface VectorReport {
  /** Names of the files checked, each with the adapter. */
  readonly checked: readonly string[];
  /** What did not hold. */
  readonly faults: readonly string[];
}

type Check = (vector: never, crypto: Crypto, name: string, files: VectorFiles) => void;

/** By room and thing: whatever document a thing is from, it is checked alike. */
const CHECKS: Readonly<Record<string, Check>> = {
  'certificate/certificate': checkCertificate,
  'certificate/encompassing': checkEncompassing,
  'certificate/number-range': checkRanges,
  'certificate/tn-auth-list': checkTnAuthLists,
  'identity/identity': checkIdentity,
  'identity/reason': checkReasons,
  'identity/sip': checkSip,
  'json/canonical-json': checkCanonicalJson,
  'mailbox/address': checkAddress,
  'number/canonical-number': checkNumbers,
  'number/tn-entry': checkEntries,
  'passport/claims': checkClaims,
  'passport/digest': checkDigest,
  'passport/digests': checkDigests,
  'passport/media-keys': checkMediaKeys,
  'passport/passport': checkPassports,
  'seal/base': checkHpke,
  'seal/base-sequence': checkHpkeSequence,
  'token/batch': checkBatches,
  'token/challenge': checkChallenges,
  'token/token': checkTokens,
  'uri/canonical-uri': checkUris,
};

/** @param names of the files to check, all by default; some need what another file holds */
export function runVectors(
  files: VectorFiles,
  adapters: Readonly<Record<string, Crypto>>,
  names: readonly string[] = Object.keys(files),
): VectorReport {
  const checked: string[] = [];
  const faults: string[] = [];
  for (const [adapter, crypto] of Object.entries(adapters))
    for (const name of names) {
      const label = `${name} with ${adapter} crypto`;
      try {
        const check = CHECKS[name.split('.')[0]!];
        if (check === undefined) throw new Error('no check for it in run-vectors.ts');
        check(files[name] as never, crypto, name, files);
        checked.push(label);
      } catch (error) {
        faults.push(`${label}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  return { checked, faults };
}
