// Certificates as commands read them: PEM, one or a chain, or one in DER.

import { decodeUtf8 } from '@oobleck/stir/bytes';
import { type Certificate, parseCertificate, parsePem } from '@oobleck/stir/certificate';
import { reading } from '../command/command-fault.ts';
import { EXIT } from '../command/exit-code.ts';
import { nameOf, readBytes } from '../command/input.ts';

const SEQUENCE_OCTET = 0x30;

/** In the order of the file. @throws CommandFault with exit code 1 where it holds something else */
export function readCertificates(path: string): readonly Certificate[] {
  const bytes = readBytes(path);
  return reading(
    nameOf(path),
    () => (bytes[0] === SEQUENCE_OCTET ? [bytes] : parsePem(decodeUtf8(bytes))).map(parseCertificate),
    EXIT.notVerified,
  );
}
