// A PASSporT as a person pastes it: alone, or inside Identity header fields, with or without the field's name.

const TOKEN = /^[A-Za-z0-9_+/-]*\.[A-Za-z0-9_+/-]*\.[A-Za-z0-9_+/-]+/;
const FIELD_NAME = /^(?:identity|y)[ \t]*:/im;
/** A signature alone has 86 characters. */
const MINIMUM_LENGTH = 64;

const INFO_PARAMETER = /;\s*info\s*=/i;

/** Whether the text is meant as a PASSporT or header field, and not as the name of a file. */
export function isPassportText(text: string): boolean {
  const bare = text.trim();
  if (hasFieldNames(bare) || INFO_PARAMETER.test(bare)) return true;
  return bare.length >= MINIMUM_LENGTH && (TOKEN.test(bare) || bare.startsWith('ey'));
}

export function hasFieldNames(text: string): boolean {
  return FIELD_NAME.test(text);
}

/** Whether it has the parameters of a header field behind it. */
export function isIdentityText(text: string): boolean {
  return hasFieldNames(text) || text.includes(';');
}

/** A value over several lines as one (RFC 3261 Section 7.3.1). */
export function unfoldValue(text: string): string {
  return text.replace(/\s*\r?\n\s*/g, ' ').trim();
}
