// The `rsp` extension (RFC 9970 Section 9): who was reached, signed by the called side and carried in responses. Its
// claims are those of every PASSporT; what differs is who signs (the holder of `dest`) and where it counts.

import type { PassportExtension } from './extension.ts';

/** RFC 9970 Section 9: in a request an `rsp` PASSporT MUST be ignored, whatever it says. */
export function isOnlyForResponses(extension: PassportExtension): boolean {
  return extension === 'rsp';
}
