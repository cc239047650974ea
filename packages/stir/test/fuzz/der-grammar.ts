// DER as trees: real certificates taken apart, changed somewhere and put together with right lengths, so that damage
// reaches the parser behind the length checks; and trees that never were certificates, bombs among them.

import { readFileSync } from 'node:fs';
import type { Chance } from './chance.ts';
import { damaged, MAXIMUM_INPUT } from './damage.ts';

export interface DerNode {
  readonly tag: number;
  readonly content: Uint8Array | readonly DerNode[];
}

const CONSTRUCTED = 0x20;
const OCTET_STRING = 0x04;
const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x16, 0x17, 0x18, 0x30, 0x31, 0x80, 0x82, 0xa0, 0xa3, 0x1f,
];

const pem = JSON.parse(
  readFileSync(new URL('../../src/certificate/vectors/certificate.rfc9118.json', import.meta.url), 'utf8'),
).pem as string;
/** The certificate of RFC 9118 Section 5. */
export const SAMPLE_CERTIFICATE = new Uint8Array(
  Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'),
);

const LEAF = readDer(SAMPLE_CERTIFICATE)[0]!;
/** The same as an authority: basic constraints and key usage say so. */
const AUTHORITY = replaced(replaced(LEAF, '04023000', '040530030101ff'), '040403020780', '040403020106');
export const SAMPLE_AUTHORITY = encodeTree(AUTHORITY);
const SAMPLES: readonly DerNode[] = [LEAF, AUTHORITY];

/** @param samples what to start from; certificates where left out */
export function generateDer(chance: Chance, samples: readonly DerNode[] = SAMPLES): Uint8Array {
  if (chance.oneIn(30)) return bomb(chance);
  let tree = chance.oneIn(8) ? randomTree(chance, 6) : chance.pick(samples);
  for (let changes = chance.below(4); changes > 0; changes--) tree = changed(chance, tree);
  const der = encodeTree(tree);
  return chance.oneIn(6) ? damaged(chance, der) : der.subarray(0, MAXIMUM_INPUT);
}

/** The same as an entry of `x5c`. */
export function generateDerBase64(chance: Chance): string {
  return Buffer.from(chance.oneIn(2) ? SAMPLE_CERTIFICATE : generateDer(chance)).toString('base64');
}

/** Well-formed DER to trees; an OCTET STRING with a SEQUENCE inside, as extensions have, is taken apart as well. */
export function readDer(bytes: Uint8Array): readonly DerNode[] {
  const nodes: DerNode[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]!;
    const first = bytes[at + 1]!;
    const octets = first < 0x80 ? 0 : first - 0x80;
    const length = octets === 0 ? first : Buffer.from(bytes).readUIntBE(at + 2, octets);
    const start = at + 2 + octets;
    const content = bytes.subarray(start, start + length);
    const isInside = tag === OCTET_STRING && content[0] === 0x30 && content[1] === content.length - 2;
    nodes.push({ tag, content: tag & CONSTRUCTED || isInside ? readDer(content) : content });
    at = start + length;
  }
  return nodes;
}

export function encodeTree({ tag, content }: DerNode): Uint8Array {
  const body = content instanceof Uint8Array ? content : Buffer.concat(content.map(encodeTree));
  return Buffer.concat([Uint8Array.of(tag), encodeLength(body.length), body]);
}

function encodeLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const hex = length.toString(16);
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Uint8Array.of(0x80 + octets.length), octets]);
}

/** Elements with one encoding, in hexadecimal, get another. */
function replaced(node: DerNode, from: string, to: string): DerNode {
  if (Buffer.from(encodeTree(node)).toString('hex') === from) return readDer(Buffer.from(to, 'hex'))[0]!;
  const { tag, content } = node;
  return content instanceof Uint8Array
    ? node
    : { tag, content: content.map((one) => replaced(one, from, to)) };
}

/** The tree with one node changed: any leaf as likely as another, or something around it. */
function changed(chance: Chance, node: DerNode): DerNode {
  const { tag, content } = node;
  if (content instanceof Uint8Array) return changedLeaf(chance, node, content);
  if (content.length > 0 && !chance.oneIn(8)) {
    const at = likelyChild(chance, content);
    return { tag, content: content.map((one, index) => (index === at ? changed(chance, one) : one)) };
  }
  const other = content.length > 0 ? chance.pick(content) : randomTree(chance, 2);
  switch (chance.below(5)) {
    case 0:
      return { tag, content: content.filter((one) => one !== other) };
    case 1:
      return { tag, content: [...content, other] };
    case 2:
      return { tag, content: content.toReversed() };
    case 3:
      return { tag, content: chance.some(1, 400, () => other) };
    default:
      return { tag: chance.pick(TAGS), content };
  }
}

/** The place of a child, by how many leaves it has. */
function likelyChild(chance: Chance, nodes: readonly DerNode[]): number {
  let left = chance.below(nodes.reduce((sum, node) => sum + leavesOf(node), 0));
  return nodes.findIndex((node) => {
    left -= leavesOf(node);
    return left < 0;
  });
}

function leavesOf({ content }: DerNode): number {
  return content instanceof Uint8Array ? 1 : content.reduce((sum, node) => sum + leavesOf(node), 1);
}

function changedLeaf(chance: Chance, { tag }: DerNode, content: Uint8Array): DerNode {
  switch (chance.below(5)) {
    case 0:
      return { tag: chance.pick(TAGS), content };
    case 1:
      return { tag, content: chance.bytes(chance.pick([0, 1, 2, 13, 15, 20, 130])) };
    case 2:
      return { tag, content: Uint8Array.of() };
    case 3:
      return { tag, content: Uint8Array.from([0x00, ...content]) };
    default:
      return { tag, content: damaged(chance, content) };
  }
}

function randomTree(chance: Chance, depth: number): DerNode {
  const tag = chance.pick(TAGS);
  if (tag & CONSTRUCTED && depth > 0)
    return { tag, content: chance.some(0, 5, () => randomTree(chance, depth - 1)) };
  return { tag, content: chance.bytes(chance.below(12)) };
}

/** Nests as deep as 64 KiB allow, or claims lengths that nobody has. */
function bomb(chance: Chance): Uint8Array {
  switch (chance.below(5)) {
    case 0: {
      let tree: Uint8Array = Uint8Array.of(0x05, 0x00);
      const depth = chance.pick([20, 200, 2_000]);
      for (let at = 0; at < depth; at++)
        tree = Buffer.concat([Uint8Array.of(0x30), encodeLength(tree.length), tree]);
      return tree;
    }
    case 1:
      return Buffer.alloc(MAXIMUM_INPUT, Uint8Array.of(0x30, 0x80));
    case 2:
      return Uint8Array.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xff, ...chance.bytes(20)]);
    case 3:
      return encodeTree({
        tag: 0x30,
        content: Array.from({ length: 20_000 }, () => ({ tag: 0x30, content: [] })),
      });
    default:
      return Uint8Array.from([0x30, 0x88, ...chance.bytes(8), ...chance.bytes(40)]);
  }
}
