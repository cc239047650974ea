// The two lists that STI-PA publishes: revoked certificates, and trusted authorities.

import { createCrl, INDIRECT } from '../crl.ts';
import type { Chance } from './chance.ts';
import { type DerNode, generateDer, readDer, SAMPLE_AUTHORITY } from './der-grammar.ts';
import { generateJws } from './jws-grammar.ts';

const ISSUER = Uint8Array.from(Buffer.from('300f310d300b06035504030c0453544950', 'hex'));
const OTHER_ISSUER = Uint8Array.from(Buffer.from('300e310c300a06035504030c03414243', 'hex'));
/** Any 64 bytes will do: nothing here verifies. */
const UNSIGNED = { sign: () => new Uint8Array(64).fill(1) } as unknown as Parameters<typeof createCrl>[0];

const serial = (last: number): Uint8Array => Uint8Array.of(0x11, 0x22, last);
const entries = [
  { serialNumber: serial(1) },
  { serialNumber: serial(2), issuer: OTHER_ISSUER },
  { serialNumber: serial(3) },
];
const shape = { issuer: ISSUER, thisUpdate: 1_790_000_000, nextUpdate: 1_790_086_400, entries };

const CRLS: readonly DerNode[] = [
  createCrl(UNSIGNED, shape),
  createCrl(UNSIGNED, { ...shape, nextUpdate: null, entries: [], extensions: [] }),
  createCrl(UNSIGNED, {
    ...shape,
    extensions: [INDIRECT, { oid: '2.5.29.20', isCritical: false, value: Uint8Array.of(2, 1, 7) }],
  }),
].map((der) => readDer(der)[0]!);

export function generateCrl(chance: Chance): Uint8Array {
  return generateDer(chance, CRLS);
}

export function generateCaList(chance: Chance): string {
  const authorities = chance.some(1, 20, () => JSON.stringify(authority(chance)));
  return generateJws(
    chance,
    { alg: ['"ES256"', '"none"'], typ: ['"JWT"'], x5u: ['"https://sti-pa.example/ca.pem"'] },
    {
      sequence: ['7', '-1', '"7"', '1e400', '7.5'],
      trustList: [`[${authorities.join()}]`, '[]', '[1]', '{}'],
      exp: ['1790000000', '"x"', '1.5'],
      extension: ['""'],
    },
  );
}

/** PEM or bare base64. */
function authority(chance: Chance): string {
  const base64 = Buffer.from(chance.oneIn(2) ? SAMPLE_AUTHORITY : generateDer(chance)).toString('base64');
  if (chance.oneIn(2)) return base64;
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}
