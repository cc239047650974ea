// The configurations of a world's processes: those of the lab, with what a test changes in them.

import { findFreePorts } from '../../packages/oobleck/src/lab/free-ports.ts';
import { type Lab, STRANGER_NUMBERS } from '../../packages/oobleck/src/lab/lab-files.ts';
import type { Configuration } from '../../packages/oobleck/src/wiring/index.ts';
import { listenersOf, type TrunkName } from './trunks.ts';
import type { NodeName, WorldPlan } from './world-plan.ts';

/** Calls of some seconds lie in a shard at once; what a page does not hold lies on the next. */
const ROOM = { replyBytes: 65_536 as const, pages: 4 };
/** Alpha's 5,000 numbers in as many shards as so many may have. */
const SHARDS = { shards: 4 };

export async function configurationsOf(
  lab: Lab,
  plan: WorldPlan,
  ports: ReadonlyMap<TrunkName, number>,
): Promise<readonly (readonly [NodeName, Configuration])[]> {
  const { alpha, bravo } = lab;
  const { deadlineMs } = plan;
  const tokens = tokensOf(plan);
  const [legacyRest, inBandRest, centreRest] = (await findFreePorts(3)) as [number, number, number];
  const bound = deadlineMs === undefined ? {} : { deadlineMs };
  const log = { level: 'debug' as const };
  const patient = (tenant: 'alpha' | 'bravo', calls: Configuration): Configuration => ({
    ...calls,
    log,
    authentication: {
      ...calls.authentication!,
      ...bound,
      wallet: { ...calls.authentication!.wallet!, targetTokens: tokens[tenant] },
    },
    verification: {
      ...calls.verification!,
      mailboxes: calls.verification!.mailboxes.map((one) => ({
        ...(tenant === 'alpha' ? SHARDS : {}),
        ...one,
        ...ROOM,
        tenant,
      })),
      ...bound,
    },
  });
  const own = (name: string) => ({
    name,
    certificateUrl: `${alpha.origin}/certificates/${name}.pem`,
    chainFile: `${name}.pem`,
    keyFile: `${name}.key`,
  });
  const alphaCalls = patient('alpha', alpha.calls);
  const { tenants } = alphaCalls.authentication!;
  const { wallet: _, ...signing } = alphaCalls.authentication!;
  const switches = (names: readonly TrunkName[]) => listenersOf(names, ports, bound);
  const certificates = [...alpha.services.certificates!, ...['stranger', 'handset'].map(certificate)];
  return [
    ['alpha-services', { ...alpha.services, certificates }],
    ['bravo-services', bravo.services],
    [
      'alpha-calls',
      {
        ...alphaCalls,
        authentication: {
          ...alphaCalls.authentication!,
          tenants: [...tenants, { ...own('stranger'), allowedNumbers: [STRANGER_NUMBERS] }, own('handset')],
        },
        ...switches(['origin', 'sealed', 'pbx', 'to-pstn', 'back-at-alpha', 'on-from-alpha']),
      },
    ],
    [
      'bravo-calls',
      { ...patient('bravo', bravo.calls), ...switches(['terminating', 'from-pstn', 'on-from-bravo']) },
    ],
    [
      'legacy-calls',
      {
        ...alphaCalls,
        authentication: { ...signing, directories: [] },
        verification: { mailboxes: [] },
        rest: { port: legacyRest },
        ...switches(['legacy']),
      },
    ],
    [
      'in-band-calls',
      withoutAuthentication({
        ...patient('bravo', bravo.calls),
        verification: { mailboxes: [], ...bound },
        rest: { port: inBandRest },
        ...switches(['in-band']),
      }),
    ],
    [
      'centre-calls',
      withoutAuthentication({
        ...bravo.calls,
        log,
        verification: {
          mailboxes: bravo.calls
            .verification!.mailboxes.filter(({ chainFile }) => chainFile === 'call-centre.pem')
            .map((one) => ({ ...one, tenant: 'centre' })),
          // A call waits two ticks and 100 ms for the stream: at this pace long enough on a machine that is busy.
          streams: { cells: 8, cadenceMs: 300 },
          ...bound,
        },
        callcentre: { waitMs: 3_000 },
        rest: { port: centreRest, defaultTenant: 'centre' },
        ...switches(['centre']),
      }),
    ],
  ];
}

function tokensOf({ tokens }: WorldPlan) {
  return typeof tokens === 'number' ? { alpha: tokens, bravo: tokens } : tokens;
}

function certificate(name: string) {
  return { path: `/certificates/${name}.pem`, chainFile: `${name}.pem` };
}

export function withoutAuthentication({ authentication: _, ...configuration }: Configuration): Configuration {
  return configuration;
}
