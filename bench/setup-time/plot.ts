// Cumulative distributions as plain SVG: which part of the calls waited at most so long.

export interface Curve {
  readonly name: string;
  /** Sorted. */
  readonly addedMs: readonly number[];
}

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 56;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 48;
const COLOURS = ['#1b6ca8', '#b5541c', '#3b7d3b'];

export function plotSetup(curves: readonly Curve[]): string {
  const longest = Math.max(1, ...curves.map(({ addedMs }) => addedMs[Math.floor(addedMs.length * 0.99)]!));
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((one) => longest / one <= 8) ?? 1_000;
  const end = Math.ceil(longest / step) * step;
  const across = (ms: number): number => LEFT + (Math.min(ms, end) / end) * (WIDTH - LEFT - RIGHT);
  const up = (part: number): number => HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      `<path d="M${LEFT} ${up(part)}H${WIDTH - RIGHT}" stroke="#ddd"/>${text(LEFT - 6, up(part) + 4, `${100 * part}%`, 'end')}`,
  );
  const ticks = Array.from({ length: end / step + 1 }, (_none, at) =>
    text(across(at * step), HEIGHT - BOTTOM + 18, String(at * step), 'middle'),
  );
  const lines = curves.map(({ addedMs }, at) => {
    const points = Array.from({ length: 201 }, (_none, i) => i / 200).map((part) => {
      const ms = addedMs[Math.min(addedMs.length - 1, Math.floor(part * addedMs.length))]!;
      return `${across(ms).toFixed(1)},${up(part).toFixed(1)}`;
    });
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[at]}" stroke-width="2"/>`;
  });
  const names = curves.map(({ name }, at) =>
    text(WIDTH - RIGHT - 8, HEIGHT - BOTTOM - 30 + 18 * at, name, 'end', COLOURS[at]),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<title>Added set-up time</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(
      LEFT,
      22,
      'Added set-up time at 200 calls a second: part of the calls that waited at most so long',
      'start',
    ),
    ...grid,
    ...ticks,
    text(WIDTH / 2, HEIGHT - 8, 'milliseconds', 'middle'),
    ...lines,
    ...names,
    '</svg>\n',
  ].join('');
}

function text(x: number, y: number, words: string, anchor: string, colour = '#222'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
}
