// Answers of the redirect element by status.

import type { Meter } from '../operate/index.ts';

const STATUSES = [200, 302, 400, 404, 405, 413, 416, 420, 481, 482, 483, 487, 500, 501, 503, 505, 603];

/** @returns what is told of each answer */
export function countAnswers(meter: Meter): (status: number) => void {
  const labels = { status: STATUSES.map(String) };
  const answers = meter.counter({ name: 'sip_answers_total', help: 'SIP answers by status', labels });
  const counts = new Map(STATUSES.map((status) => [status, answers.at([String(status)])]));
  const other = answers.at([]);
  return (status) => (counts.get(status) ?? other).add();
}
