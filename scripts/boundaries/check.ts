// The import rules of ARCHITECTURE.md over a set of files.
//
//   pure     the protocol package: nothing of the program, no `node:`, its own dependencies, no global of a platform
//   room     a room of the program enters only the rooms, modules and packages it may
//   door     rooms are entered through their index.ts
//   cycle    no cycles between files (types do not count), none between rooms (types do)

import { cyclesOf } from './cycles.ts';
import { isDoor, isProtocolDoor, type RoomRules, roomOf, rulesOf } from './rooms.ts';
import { type ImportLine, importsOf, type SourceFile, usesOf } from './source-code.ts';

export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly rule: 'pure' | 'room' | 'door' | 'cycle';
  readonly message: string;
}

export interface Workspace {
  readonly files: readonly SourceFile[];
  /** Packages that the protocol package may import. */
  readonly protocolDependencies: readonly string[];
}

const PROTOCOL = 'packages/stir/src/';
const PROGRAM = 'packages/oobleck/src/';
const PLATFORM = [
  ...['process', 'Buffer', 'global', 'require', '__dirname', '__filename', 'console', 'performance'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['queueMicrotask', 'fetch', 'window', 'document', 'navigator', 'localStorage', 'sessionStorage'],
  ...['WebSocket', 'XMLHttpRequest', 'EventSource', 'Date\\.now', 'new\\s+Date\\(\\s*\\)', 'Math\\.random'],
];

interface Edge extends ImportLine {
  readonly from: string;
  /** A file of the workspace, `node:...`, or the name of a package. */
  readonly to: string;
}

export function checkBoundaries({ files, protocolDependencies }: Workspace): readonly Violation[] {
  const edges = files.flatMap((file) =>
    importsOf(file).map((one) => ({ ...one, from: file.path, to: targetOf(file.path, one.specifier) })),
  );
  const found = [
    ...edges.flatMap((edge) => judgeEdge(edge, protocolDependencies)),
    ...files.filter(({ path }) => path.startsWith(PROTOCOL)).flatMap(platformUses),
    ...files.filter(({ path }) => path.startsWith(PROGRAM)).flatMap(unknownRooms),
    ...fileCycles(edges),
    ...roomCycles(edges),
  ];
  return found.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** Where an import leads. */
function targetOf(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return new URL(specifier, `file:///${from}`).pathname.slice(1);
  if (specifier === '@oobleck/stir') return `${PROTOCOL}index.ts`;
  if (specifier.startsWith('@oobleck/stir/')) return `${PROTOCOL}${specifier.slice(14)}/index.ts`;
  if (specifier === 'oobleck' || specifier.startsWith('oobleck/')) return `${PROGRAM}index.ts`;
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function judgeEdge(edge: Edge, dependencies: readonly string[]): readonly Violation[] {
  if (edge.from.startsWith(PROTOCOL)) return judgeProtocol(edge, dependencies);
  if (edge.from.startsWith(PROGRAM)) return judgeProgram(edge);
  return [];
}

function judgeProtocol(edge: Edge, dependencies: readonly string[]): readonly Violation[] {
  const { from, to } = edge;
  if (!to.startsWith(PROTOCOL))
    return dependencies.includes(to) ? [] : [violation(edge, 'pure', `stir must not import ${to}`)];
  const [room, path] = [roomOf(from.slice(PROTOCOL.length)), to.slice(PROTOCOL.length)];
  if (room === roomOf(path) || isProtocolDoor(path)) return [];
  return [violation(edge, 'door', `${path} is inside another room; import its index.ts`)];
}

function judgeProgram(edge: Edge): readonly Violation[] {
  const { from, to, specifier } = edge;
  const room = roomOf(from.slice(PROGRAM.length));
  const rules = rulesOf(room);
  if (rules === undefined) return [];
  if (to.startsWith(PROTOCOL))
    return specifier.startsWith('.')
      ? [violation(edge, 'door', 'the protocol is imported as @oobleck/stir')]
      : [];
  if (!to.startsWith(PROGRAM)) return judgeOutside(edge, room, rules);
  const path = to.slice(PROGRAM.length);
  const other = roomOf(path);
  if (other === room) return [];
  const isOwnRole = room === `${other}/face`;
  if (!isOwnRole && rules.rooms !== 'any' && !rules.rooms.includes(other))
    return [violation(edge, 'room', `${room} must not import ${other || path}`)];
  return isOwnRole || isDoor(path)
    ? []
    : [violation(edge, 'door', `${path} is inside another room; import its index.ts`)];
}

function judgeOutside(edge: Edge, room: string, rules: RoomRules): readonly Violation[] {
  const { to, isTypeOnly } = edge;
  if (to.startsWith('node:')) {
    if (rules.node === 'any' || rules.node.includes(to.slice(5))) return [];
    return [violation(edge, 'room', `${room} must not import ${to}`)];
  }
  if (rules.packages === 'any' || (isTypeOnly && rules.packages.includes(to))) return [];
  return [violation(edge, 'room', `${room} must not import the package ${to}`)];
}

function platformUses(file: SourceFile): readonly Violation[] {
  return usesOf(file, PLATFORM).map(({ line, name }) => ({
    file: file.path,
    line,
    rule: 'pure',
    message: `stir must not use ${name}`,
  }));
}

function unknownRooms({ path }: SourceFile): readonly Violation[] {
  const room = roomOf(path.slice(PROGRAM.length));
  if (rulesOf(room) !== undefined) return [];
  return [{ file: path, line: 1, rule: 'room', message: `${room} is a room without rules` }];
}

/** Types leave no import behind, so they make no cycle that could be noticed when the program runs. */
function fileCycles(edges: readonly Edge[]): readonly Violation[] {
  return cycles(
    edges.filter(({ isTypeOnly, to }) => !isTypeOnly && to.includes('/src/')),
    (path) => path,
  );
}

/** Two rooms that know each other are one room, even where it is only by their types. */
function roomCycles(edges: readonly Edge[]): readonly Violation[] {
  return cycles(edges, (path) => {
    const source = [PROTOCOL, PROGRAM].find((one) => path.startsWith(one));
    const room = source && roomOf(path.slice(source.length));
    return room ? source + room : undefined;
  });
}

function cycles(edges: readonly Edge[], nameOf: (path: string) => string | undefined): readonly Violation[] {
  const graph = new Map<string, Set<string>>();
  const first = new Map<string, Edge>();
  for (const edge of edges) {
    const [from, to] = [nameOf(edge.from), nameOf(edge.to)];
    if (from === undefined || to === undefined || from === to) continue;
    graph.set(from, (graph.get(from) ?? new Set()).add(to));
    if (!first.has(`${from} ${to}`)) first.set(`${from} ${to}`, edge);
  }
  return cyclesOf(graph).map((members) => {
    const [from] = members;
    const to = [...graph.get(from!)!].find((next) => members.includes(next));
    return violation(first.get(`${from} ${to}`)!, 'cycle', `these import one another: ${members.join(', ')}`);
  });
}

function violation({ from, line }: Edge, rule: Violation['rule'], message: string): Violation {
  return { file: from, line, rule, message };
}
