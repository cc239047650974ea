// Writes docs/call-flows.md: `npm run call-flows`.

import { writeFileSync } from 'node:fs';
import type { Flow } from './call-flows/flow.ts';
import { FLOWS } from './call-flows/flows.ts';
import { drawLadder } from './call-flows/ladder.ts';

const HEAD = `# Call flows

Every way a call takes, as the end-to-end tests play it: real Kamailio and SIPp, each service a process of its own, judged
by what the called side received. Each ladder says which test plays it. Where a CPS is asked, the answer is one sealed
reply, whatever lies there.

This page is written by \`npm run call-flows\`; \`scripts/call-flows/\` is where a flow is changed.
`;

export function formatCallFlows(): string {
  return `${HEAD}\n${FLOWS.map(format).join('\n')}`;
}

function format(flow: Flow): string {
  const [file, name] = flow.test;
  return `## ${flow.title}

${flow.story}

\`\`\`text
${drawLadder(flow)}
\`\`\`

Played by [${file}](../${file}): *${name}*
`;
}

if (import.meta.main) writeFileSync(new URL('../docs/call-flows.md', import.meta.url), formatCallFlows());
