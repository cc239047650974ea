// What of the STI certificate profile (ATIS-1000080, as the public linters read it) a certificate does not keep. It reports and
// never decides: real certificates break these rules every day, and a call is verified all the same.

import type { Extension } from '../der/index.ts';
import type { Certificate } from './certificate.ts';
import { listExtensions } from './extensions.ts';
import { AUTHORITY_RULES, LEAF_RULES, ROOT_RULES, SHARED_RULES } from './lint-rules.ts';

export interface LintFinding {
  /** A word for programs. */
  readonly rule: string;
  /** `error`: the profile says shall; `warning`: should, or it is likely a mistake. */
  readonly severity: 'error' | 'warning';
  /** A sentence for people. Names no number and no subject. */
  readonly text: string;
}

/** What a rule looks at. */
export interface LintSubject {
  readonly certificate: Certificate;
  /** By dotted identifier. */
  readonly extensions: ReadonlyMap<string, Extension>;
}

export interface LintRule {
  readonly rule: string;
  readonly severity: LintFinding['severity'];
  /** What the profile demands. */
  readonly text: string;
  holds(subject: LintSubject): boolean;
}

/** Every rule that does not hold, those for a root, an authority below it, or a leaf. Never throws for what a certificate says. */
export function lintCertificate(certificate: Certificate): LintFinding[] {
  const extensions = new Map(listExtensions(certificate).map((one) => [one.oid, one]));
  const subject = { certificate, extensions };
  return rulesFor(certificate)
    .filter((one) => !one.holds(subject))
    .map(({ rule, severity, text }) => ({ rule, severity, text }));
}

function rulesFor({ basicConstraints, issuer, subject }: Certificate): readonly LintRule[] {
  if (basicConstraints?.isCa !== true) return [...SHARED_RULES, ...LEAF_RULES];
  const isRoot = issuer.length === subject.length && issuer.every((octet, at) => octet === subject[at]);
  return [...SHARED_RULES, ...(isRoot ? ROOT_RULES : AUTHORITY_RULES)];
}
