// The extensions of a CRL as a whole (RFC 5280 Section 5.2). A list with a critical one that is not understood is not used: it may
// be a delta of another list, or of narrower scope. Which certificates an issuing distribution point includes need not be
// known, since a certificate that is listed is revoked whatever else the list leaves out.
//
//   IssuingDistributionPoint ::= SEQUENCE { distributionPoint [0], onlyContainsUserCerts [1], onlyContainsCACerts [2],
//     onlySomeReasons [3], indirectCRL [4], onlyContainsAttributeCerts [5] BOOLEAN DEFAULT FALSE }

import { DerReader, type Extension, readExtensionList, TAG } from '../der/index.ts';
import { StirError } from '../stir-error.ts';

const AUTHORITY_KEY_ID = '2.5.29.35';
const CRL_NUMBER = '2.5.29.20';
const ISSUING_DISTRIBUTION_POINT = '2.5.29.28';
const ATTRIBUTE_CERTIFICATES_ONLY = 0x85;

/** What is left of a TBSCertList after its entries. @throws StirError ERR_CRL_FORMAT, ERR_DER_FORMAT */
export function readCrlExtensions(tbs: DerReader): { readonly authorityKeyId: Uint8Array | undefined } {
  if (!tbs.has(TAG.explicit0)) return { authorityKeyId: undefined };
  const wrapper = tbs.enter(TAG.explicit0);
  const extensions = readExtensionList(wrapper.enter(TAG.sequence));
  wrapper.end();
  if (new Set(extensions.map(({ oid }) => oid)).size < extensions.length) throw refusal('extension twice');
  for (const extension of extensions) check(extension);
  const keyId = extensions.find(({ oid }) => oid === AUTHORITY_KEY_ID);
  return { authorityKeyId: keyId && readKeyId(keyId.value) };
}

function check({ oid, isCritical, value }: Extension): void {
  if (oid === ISSUING_DISTRIBUTION_POINT) checkDistributionPoint(DerReader.only(value, TAG.sequence));
  else if (isCritical && oid !== AUTHORITY_KEY_ID && oid !== CRL_NUMBER)
    throw refusal(`critical extension ${oid}`);
}

function checkDistributionPoint(fields: DerReader): void {
  while (!fields.isDone) {
    const tag = fields.tag();
    if (tag === ATTRIBUTE_CERTIFICATES_ONLY) throw refusal('of attribute certificates');
    fields.skip(tag);
  }
}

function readKeyId(value: Uint8Array): Uint8Array | undefined {
  const fields = DerReader.only(value, TAG.sequence);
  return fields.has(0x80) ? fields.content(0x80) : undefined;
}

function refusal(what: string): StirError {
  return new StirError('ERR_CRL_FORMAT', `not a CRL: ${what}`);
}
