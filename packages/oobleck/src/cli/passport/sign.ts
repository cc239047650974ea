// `oobleck passport sign`: a PASSporT of any type, or the value of its Identity header field.

import { randomUUID } from 'node:crypto';
import { formatIdentity } from '@oobleck/stir/identity';
import {
  type Attestation,
  createPassportSigner,
  isAttestation,
  isOriginationId,
  PASSPORT_EXTENSIONS,
  type PassportExtension,
  type PassportStatement,
  parsePassport,
  pptOf,
} from '@oobleck/stir/passport';
import { CommandFault, reading } from '../command/command-fault.ts';
import { EXIT, type ExitCode } from '../command/exit-code.ts';
import { readArgument, readSigningKey } from '../command/input.ts';
import type { Terminal } from '../command/terminal.ts';
import { parseDestinations, parseParty } from './party.ts';
import { isPassportText } from './passport-text.ts';
import { parseTime } from './time.ts';

export interface PassportSignOptions {
  readonly key: string;
  readonly x5u: string;
  readonly orig: string;
  readonly dest: readonly string[];
  readonly ppt?: string;
  readonly attest?: string;
  readonly origid?: string;
  readonly div?: string;
  readonly opt?: string;
  readonly rph?: readonly string[];
  readonly nam?: string;
  readonly crn?: string;
  readonly jti?: string;
  readonly iat?: string;
  readonly identity?: boolean;
  readonly json?: boolean;
}

export function signPassport(options: PassportSignOptions, terminal: Terminal): ExitCode {
  const statement = statementOf(options);
  const signer = createPassportSigner(readSigningKey(options.key), options.x5u);
  const token = reading('PASSporT', () => signer.sign(statement));
  // What nobody could read is not handed out.
  reading('PASSporT', () => parsePassport(token));
  const ppt = pptOf(statement.extension);
  const identity = formatIdentity({
    token,
    info: options.x5u,
    algorithm: 'ES256',
    ...(ppt === undefined ? {} : { ppt }),
  });
  if (options.json) terminal.out(JSON.stringify({ token, identity }));
  else terminal.out(options.identity ? identity : token);
  return EXIT.fine;
}

function statementOf(options: PassportSignOptions): PassportStatement {
  const { orig, dest, iat, jti, nam, crn } = options;
  const extension = extensionOf(options);
  return {
    extension,
    originator: parseParty(orig, '--orig'),
    destinations: parseDestinations(dest, '--dest'),
    issuedAt: parseTime(iat, '--iat'),
    ...(jti === undefined ? {} : { id: jti }),
    ...(nam === undefined ? {} : { richCallData: { name: nam } }),
    ...(crn === undefined ? {} : { callReason: crn }),
    ...claimsOf(extension, options),
  };
}

/** Where no type is named, the claims name it. */
function extensionOf({ ppt, attest, div, opt, rph, nam, crn }: PassportSignOptions): PassportExtension {
  if (ppt !== undefined) {
    const extension = PASSPORT_EXTENSIONS.find((one) => one === ppt);
    if (extension === undefined)
      throw new CommandFault(`--ppt: expected one of ${PASSPORT_EXTENSIONS.join(', ')}`);
    return extension;
  }
  if (attest !== undefined) return 'shaken';
  if (div !== undefined) return opt === undefined ? 'div' : 'div-o';
  if (rph !== undefined) return 'rph';
  return nam === undefined && crn === undefined ? 'base' : 'rcd';
}

function claimsOf(extension: PassportExtension, options: PassportSignOptions): Partial<PassportStatement> {
  refuseStrangers(extension, options);
  switch (extension) {
    case 'shaken':
      return { shaken: { attestation: attestationOf(options), originationId: originationIdOf(options) } };
    case 'div':
      return { diversion: { from: parseParty(needed(options.div, '--div', extension), '--div') } };
    case 'div-o': {
      const original = readArgument(needed(options.opt, '--opt', extension), isPassportText);
      return { diversion: { from: parseParty(needed(options.div, '--div', extension), '--div'), original } };
    }
    case 'rph':
      return { priority: { authorized: needed(options.rph, '--rph', extension) } };
    case 'msg':
      return { message: {} };
    default:
      return {};
  }
}

const OWN_OPTIONS: Readonly<Partial<Record<keyof PassportSignOptions, readonly PassportExtension[]>>> = {
  attest: ['shaken'],
  origid: ['shaken'],
  div: ['div', 'div-o'],
  opt: ['div-o'],
  rph: ['rph'],
};

/** A claim that the type does not have would be left out in silence. */
function refuseStrangers(extension: PassportExtension, options: PassportSignOptions): void {
  for (const [name, extensions] of Object.entries(OWN_OPTIONS))
    if (options[name as keyof PassportSignOptions] !== undefined && !extensions.includes(extension))
      throw new CommandFault(`--${name}: only for a PASSporT of type ${extensions.join(' or ')}`);
}

function attestationOf({ attest }: PassportSignOptions): Attestation {
  const value = needed(attest, '--attest', 'shaken');
  if (!isAttestation(value)) throw new CommandFault('--attest: expected A, B or C');
  return value;
}

function originationIdOf({ origid }: PassportSignOptions): string {
  if (origid !== undefined && !isOriginationId(origid)) throw new CommandFault('--origid: expected a UUID');
  return origid ?? randomUUID();
}

function needed<T>(value: T | undefined, option: string, extension: PassportExtension): T {
  if (value === undefined) throw new CommandFault(`${option}: expected for a PASSporT of type ${extension}`);
  return value;
}
