// The schema of `trust`: whose certificates count, where they come from, who owns which numbers; and of `client`: what may
// be reached.

import Type from 'typebox';
import { file, flag, httpsUrl, integer, list, origin, strict, text } from './configuration-fields.ts';

const CA_LIST = Type.Object(
  {
    file: Type.Optional(file('the list of trusted authorities, JWS')),
    url: Type.Optional(httpsUrl),
    signerFile: file('the certificates that sign the list, PEM'),
    stateFolder: text('the path of the folder that oobleck trust import keeps'),
  },
  strict,
);

const CRL = Type.Object(
  { url: httpsUrl, issuerFile: file('the certificates that sign the CRL, PEM') },
  strict,
);

export const TRUST = Type.Object(
  {
    anchorsFile: Type.Optional(file('the trust anchors, PEM')),
    caList: Type.Optional(CA_LIST),
    crls: Type.Optional(list(CRL, 'revocation lists')),
    preloadFolder: Type.Optional(text('the path of a folder of certificate chains')),
    cpsUriOid: Type.Optional(
      Type.String({
        pattern: '^[0-2](\\.(0|[1-9][0-9]{0,39}))+$',
        maxLength: 256,
        description: 'an object identifier, dotted',
      }),
    ),
    repositories: Type.Optional(list(origin, 'certificate repository origins')),
    listedOnly: Type.Optional(flag),
    x5uPorts: Type.Optional(list(integer(1, 65_535), 'ports')),
    numberMapFile: Type.Optional(file('a CSV of start,count,spc')),
  },
  strict,
);

export const CLIENT = Type.Object(
  {
    caFile: Type.Optional(file('PEM roots for TLS, instead of the system’s')),
    allowAddresses: Type.Optional(list(text('an address or CIDR block'), 'addresses or CIDR blocks')),
  },
  strict,
);
