// TNAuthList by reference (RFC 8226 Section 10.1): the Authority Information Access extension (RFC 5280 Section 4.2.2.1) says
// where the list is fetched from. What is fetched counts as if it stood in the certificate; fetching is not done here.
//
//   AuthorityInfoAccessSyntax ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName }

import { decodeAscii } from '../bytes/index.ts';
import { type DerReader, TAG } from '../der/index.ts';
import { StirError } from '../stir-error.ts';

/** id-ad-stirTNList */
const STIR_TN_LIST = '1.3.6.1.5.5.7.48.14';
/** GeneralName: `[6] IMPLICIT IA5String`. */
export const GENERAL_NAME_URI = 0x86;
const MAXIMUM_DESCRIPTIONS = 16;
const MAXIMUM_URL = 2048;
const HTTPS = /^https:\/\/[!-~]+$/i;

/**
 * The https URLs of lists, in their order; other access methods are passed over.
 * @throws StirError ERR_CERTIFICATE_FORMAT where a list is not at an https URI, as RFC 8226 Section 10.1 demands
 */
export function parseTnListUrls(descriptions: DerReader): readonly string[] {
  const urls: string[] = [];
  let count = 0;
  while (!descriptions.isDone) {
    if (++count > MAXIMUM_DESCRIPTIONS) throw refusal('too many access descriptions');
    const description = descriptions.enter(TAG.sequence);
    if (description.oid() === STIR_TN_LIST) urls.push(readUrl(description));
    else description.skip(description.tag());
    description.end();
  }
  return urls;
}

function readUrl(description: DerReader): string {
  const octets = description.content(GENERAL_NAME_URI);
  const url = octets.length > MAXIMUM_URL ? '' : decodeAscii(octets);
  if (!HTTPS.test(url)) throw refusal('TNAuthList by reference that is not https');
  return url;
}

function refusal(what: string): StirError {
  return new StirError('ERR_CERTIFICATE_FORMAT', `not a certificate for STIR: ${what}`);
}
