// Two plots of the rows as plain SVG, without a library: rates against live deposits, and memory against them. The
// horizontal axis is logarithmic.

import type { LiveRow } from './live-row.ts';

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 72;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 48;

interface Series {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [number, number])[];
}

interface Plot {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
}

export function plotRates(rows: readonly LiveRow[]): string {
  return plot({
    title: 'Requests per CPU-second of the CPS against live deposits',
    unit: 'per CPU-second',
    series: [
      { name: 'deposit', colour: '#1b6ca8', points: pointsOf(rows, (row) => row.deposits.perCpuSecond) },
      { name: 'retrieve', colour: '#b5541c', points: pointsOf(rows, (row) => row.retrievals.perCpuSecond) },
    ],
  });
}

export function plotMemory(rows: readonly LiveRow[]): string {
  return plot({
    title: 'Resident memory of the CPS against live deposits',
    unit: 'MB',
    series: [{ name: 'memory', colour: '#3b7d3b', points: pointsOf(rows, (row) => row.residentMegabytes) }],
  });
}

/** The empty store has no place on a logarithmic axis. */
function pointsOf(rows: readonly LiveRow[], value: (row: LiveRow) => number): [number, number][] {
  return rows.filter(({ live }) => live > 0).map((row) => [row.live, value(row)]);
}

function plot({ title, unit, series }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const decades = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))].map(Math.log10);
  const first = Math.floor(decades[0]!);
  const last = Math.max(first + 1, Math.ceil(decades[1]!));
  const top = niceAbove(Math.max(...points.map(([, y]) => y)));
  const across = (x: number): number =>
    LEFT + ((Math.log10(x) - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const up = (y: number): number => HEIGHT - BOTTOM - (y / top) * (HEIGHT - TOP - BOTTOM);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => gridLine(up(part * top), part * top));
  const ticks = Array.from({ length: last - first + 1 }, (_, at) =>
    tick(across(10 ** (first + at)), first + at),
  );
  const lines = series.map((one, at) => line(one, at, across, up));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="14">${title}</text>`,
    `<text x="${LEFT}" y="${HEIGHT - 8}">live deposits of 2 KiB</text>`,
    `<text x="8" y="${TOP - 8}">${unit}</text>`,
    ...marks,
    ...ticks,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}

function gridLine(y: number, value: number): string {
  const at = y.toFixed(1);
  return `<path d="M${LEFT} ${at}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${at}" text-anchor="end" dominant-baseline="middle">${Math.round(value)}</text>`;
}

function tick(x: number, decade: number): string {
  return `<text x="${x.toFixed(1)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">10<tspan dy="-5" font-size="9">${decade}</tspan></text>`;
}

function line(
  { name, colour, points }: Series,
  at: number,
  across: (x: number) => number,
  up: (y: number) => number,
): string {
  const places = points.map(([x, y]) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`);
  const dots = places.map((place) => {
    const [x, y] = place.split(',');
    return `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`;
  });
  const legend = `<text x="${WIDTH - RIGHT - 80}" y="${TOP + 16 * at}" fill="${colour}">${name}</text>`;
  return `<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}${legend}`;
}

/** 1, 2 or 5 times a power of ten, at least as large. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= value)!;
}
