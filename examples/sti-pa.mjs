// What the examples have from a policy administrator: its certificate and key, and a list of revoked certificates that
// names number 42 of the examples' authority. Made for these examples; nobody trusts it.

import { decodeBase64url, encodeUtf8 } from '@oobleck/stir/bytes';
import { parseCertificate, parsePem } from '@oobleck/stir/certificate';
import { createPortableCrypto } from '@oobleck/stir/crypto';

export const administrators = parsePem(`
-----BEGIN CERTIFICATE-----
MIIBsTCCAVegAwIBAgIRAOqWxNQPu0gdIqDYFt2dy8gwCgYIKoZIzj0EAwIwJjEL
MAkGA1UEBhMCVVMxFzAVBgNVBAMTDkV4YW1wbGUgU1RJLVBBMB4XDTI3MDExNDA4
MDAwMFoXDTI4MDExNTA4MDAwMFowJjELMAkGA1UEBhMCVVMxFzAVBgNVBAMTDkV4
YW1wbGUgU1RJLVBBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBzzO/T0rDu98
w2NpY+pHnadepnHZgPP7adDb4Ep2wpvj+2Bg7n4uJxdvu4+pFReqL3c7dzCJc6zq
x6ygvkFh3KNmMGQwEgYDVR0TAQH/BAgwBgEB/wIBADAOBgNVHQ8BAf8EBAMCAQYw
HQYDVR0OBBYEFDMDFYI2EtECSp3l1bPZr0JlQB+ZMB8GA1UdIwQYMBaAFDMDFYI2
EtECSp3l1bPZr0JlQB+ZMAoGCCqGSM49BAMCA0gAMEUCIHJe0Nu9SEAWvcR8TM59
v+4Nnl0tnyLx9pVJJUILC28NAiEAnPte56yVXITvWTVv6ECU0klUgZT3kMD/bEsh
vaa6Q+o=
-----END CERTIFICATE-----
`).map(parseCertificate);

export const administratorKey = createPortableCrypto().importSigningKey(
  decodeBase64url(
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgokS6Jq32eJmmC4LVgfsiS619wLEm_ZbwAOsgiOd7bWqhRANCAAQHPM79PSsO73zDY2lj6kedp16mcdmA8_tp0NvgSnbCm-P7YGDufi4nF2-7j6kVF6ovdzt3MIlzrOrHrKC-QWHc',
  ),
);

export const crlPem = encodeUtf8(`
-----BEGIN X509 CRL-----
MIIBKDCBzwIBATAKBggqhkjOPQQDAjAmMQswCQYDVQQGEwJVUzEXMBUGA1UEAxMO
RXhhbXBsZSBTVEktUEEXDTI3MDExNTA3MDAwMFoXDTI3MDExNjA4MDAwMFowYzBh
AgEqFw0yNzAxMTUwNzAwMDBaME0wSwYDVR0dAQH/BEEwP6Q9MDsxCzAJBgNVBAYT
AlVTMRAwDgYDVQQKEwdFeGFtcGxlMRowGAYDVQQDExFFeGFtcGxlIFNIQUtFTiBD
QaATMBEwDwYDVR0cAQH/BAUwA4QB/zAKBggqhkjOPQQDAgNIADBFAiEAvXEaPWab
CxOLX5lQDI9bPBAu9LBOS8mKb9KXJIkZ2cICIH7+/iOvb0o26fqGHaXYW0gtLixg
Ge+jYiQvDrQQg/tC
-----END X509 CRL-----
`);
