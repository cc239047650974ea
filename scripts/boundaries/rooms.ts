// The rooms of the house, who may enter which, and through which door.

/** The roles of the RFCs: each in a folder that knows ports, not adapters. */
const ROLES = ['authentication', 'verification', 'cps', 'issuer', 'directory', 'discovery', 'trust'];

/** Node's modules that neither read nor write anything. */
const PURE_NODE = ['buffer', 'events', 'path', 'url', 'util'];

export interface RoomRules {
  /** Rooms of the program that may be entered, or `any`. */
  readonly rooms: readonly string[] | 'any';
  readonly node: readonly string[] | 'any';
  /** Packages of others: names whose types may be used, or `any`. */
  readonly packages: readonly string[] | 'any';
}

const NOTHING: RoomRules = { rooms: [], node: PURE_NODE, packages: [] };
const PUBLIC_ROLES = [...ROLES, 'call'];
/** What wires things together, and only that, constructs adapters. */
const WIRING: RoomRules = { rooms: 'any', node: 'any', packages: 'any' };

const RULES: Readonly<Record<string, RoomRules>> = {
  call: NOTHING,
  crypto: { ...NOTHING, node: 'any' },
  operate: { rooms: [], node: 'any', packages: 'any' },
  store: { rooms: [...PUBLIC_ROLES, 'operate'], node: 'any', packages: 'any' },
  http: { rooms: [...PUBLIC_ROLES, 'operate'], node: 'any', packages: 'any' },
  'http/clients': { rooms: [...PUBLIC_ROLES, 'operate', 'http'], node: 'any', packages: 'any' },
  gateway: { rooms: [...PUBLIC_ROLES, 'operate', 'http'], node: 'any', packages: 'any' },
  lab: WIRING,
  wiring: WIRING,
  cli: WIRING,
  '': WIRING,
};
const ROLE: RoomRules = { rooms: PUBLIC_ROLES, node: PURE_NODE, packages: [] };
const FACE: RoomRules = { rooms: [...PUBLIC_ROLES, 'http', 'operate'], node: 'any', packages: ['fastify'] };

/** The rules of a room of the program, `undefined` where the table has none for it. */
export function rulesOf(room: string): RoomRules | undefined {
  if (ROLES.includes(room)) return ROLE;
  if (ROLES.some((role) => room === `${role}/face`)) return FACE;
  return RULES[room];
}

/**
 * A path below `src` to its room: the first folder; the HTTP faces of a role, that of a profile among them, and the
 * clients are rooms of their own.
 */
export function roomOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  const [first = '', second] = folders;
  if (folders.includes('face')) return `${first}/face`;
  return `${first}/${second}` === 'http/clients' ? 'http/clients' : first;
}

/** Each store is a door of its own, as are the parts of the lab; every other room has an `index.ts`. */
export function isDoor(path: string): boolean {
  if (path.startsWith('store/') || path.startsWith('lab/')) return true;
  return path.endsWith('/index.ts') || path === 'index.ts';
}

/** In the protocol package two files are open to every room: the port and the error. */
export function isProtocolDoor(path: string): boolean {
  return path.endsWith('/index.ts') || path === 'crypto/crypto.ts' || path === 'stir-error.ts';
}
