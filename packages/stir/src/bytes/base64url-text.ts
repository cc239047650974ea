// Text inside base64url, as the segments of a JWS are: decoded and encoded by way of one piece of memory that is
// kept, because a fresh one for each segment costs more than the decoding. Nothing in it outlives a call.

import { decodeBase64url, decodeInto, encodeBase64url } from './base64url.ts';
import { decodeUtf8, encodeUtf8, writeUtf8 } from './byte-string.ts';

const SCRATCH_BYTES = 16_384;
const scratch = new Uint8Array(SCRATCH_BYTES);
let view: Uint8Array = scratch;
/** A letter of a string is at most 3 bytes. */
const MAXIMUM_LETTERS = Math.floor(SCRATCH_BYTES / 3);

/**
 * base64url text without padding to the text it stands for.
 * @throws StirError ERR_BYTES_FORMAT for anything but canonical base64url of well-formed UTF-8
 */
export function decodeBase64urlText(text: string): string {
  if (text.length > SCRATCH_BYTES) return decodeUtf8(decodeBase64url(text));
  return decodeUtf8(scratchOf(decodeInto(text, scratch)));
}

/** Text, as UTF-8, to base64url text without padding. */
export function encodeBase64urlText(text: string): string {
  return encodeBase64url(text.length > MAXIMUM_LETTERS ? encodeUtf8(text) : encodeToScratch(text));
}

function encodeToScratch(text: string): Uint8Array {
  return scratchOf(writeUtf8(text, scratch));
}

/** The view of last time, where it is as long: one text of a kind is mostly as long as the next. */
function scratchOf(length: number): Uint8Array {
  if (view.length !== length) view = scratch.subarray(0, length);
  return view;
}
