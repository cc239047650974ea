// The PASSporT types known here (RFC 8225 Section 8.1). Any other `ppt` MUST fail.

const EXTENSIONS = ['shaken', 'div', 'div-o', 'rph', 'rcd', 'rsp', 'msg'] as const;

/** The `ppt` of the header: `base` where it has none. */
export type PassportExtension = 'base' | (typeof EXTENSIONS)[number];

/** Every type, `base` first. */
export const PASSPORT_EXTENSIONS: readonly PassportExtension[] = ['base', ...EXTENSIONS];

const KNOWN: ReadonlySet<unknown> = new Set(EXTENSIONS);

/** The type that a `ppt` names; `undefined` where it is not supported. */
export function extensionOf(ppt: unknown): PassportExtension | undefined {
  if (ppt === undefined) return 'base';
  return KNOWN.has(ppt) ? (ppt as PassportExtension) : undefined;
}

/** The `ppt` of the header and of the Identity header field; a base PASSporT has none. */
export function pptOf(extension: PassportExtension): string | undefined {
  return extension === 'base' ? undefined : extension;
}
