// Kamailio with Debian's secsipid module, a STIR implementation of its own (libsecsipid, in Go). An INVITE with an
// Identity header field is checked, one without gets one; either way it goes on, with the module's answer beside it.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startKamailio } from './kamailio.ts';
import type { Running } from './processes.ts';
import { findFreeUdpPorts } from './udp-ports.ts';

export interface SecsipidPlan {
  readonly folder: string;
  readonly nextHopPort: number;
  /** Signs what it adds; PKCS #8, PEM. */
  readonly privateKeyPem: string;
  /** Where the chain of that key is, as `info` names it. */
  readonly certificateUrl: string;
  /** What chains must lead to, by way of the intermediates; PEM. */
  readonly rootPem: string;
  readonly intermediatePem: string;
  /** Its chain, for checks without fetching; PEM. */
  readonly chainPem: string;
  readonly freshnessSeconds: number;
}

export interface Secsipid extends Pick<Running, 'output' | 'stop'> {
  readonly port: number;
}

/** The answer of the module: 1 for success, negative numbers of libsecsipid otherwise. */
export const ANSWER_FIELD = 'X-Secsipid';
/** An INVITE with this header field is checked with the chain at hand, without fetching. */
export const AT_HAND_FIELD = 'X-At-Hand: yes';

export async function startSecsipid(plan: SecsipidPlan): Promise<Secsipid> {
  const write = (name: string, text: string): string => {
    const path = join(plan.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const files = {
    key: write('signer.key', plan.privateKeyPem),
    chain: write('signer.pem', plan.chainPem),
    root: write('root.pem', plan.rootPem),
    intermediate: write('intermediate.pem', plan.intermediatePem),
  };
  const config = write('secsipid.cfg', configuration(plan, files));
  const [port] = (await findFreeUdpPorts(1)) as [number];
  const kamailio = await startKamailio({ config, port, nextHopPort: plan.nextHopPort });
  return { port, output: kamailio.output, stop: kamailio.stop };
}

/** CertVerify is a sum: 1 validity in time, 4 own roots, 8 own intermediates. */
function configuration(
  { certificateUrl, freshnessSeconds }: SecsipidPlan,
  files: Readonly<Record<'key' | 'chain' | 'root' | 'intermediate', string>>,
): string {
  return `#!KAMAILIO
listen=LISTEN
children=2
auto_aliases=no

loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "secsipid.so"

modparam("secsipid", "expire", ${freshnessSeconds})
modparam("secsipid", "timeout", 2)
modparam("secsipid", "libopt", "CertCAFile=${files.root}")
modparam("secsipid", "libopt", "CertCAInter=${files.intermediate}")
modparam("secsipid", "libopt", "CertVerify=13")

request_route {
    if (!is_method("INVITE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
    if (is_present_hf("Identity")) {
        if (is_present_hf("X-At-Hand")) secsipid_check_identity("${files.chain}");
        else secsipid_check_identity("");
    } else {
        secsipid_add_identity("$fU", "$rU", "A", "", "${certificateUrl}", "${files.key}");
    }
    append_hf("${ANSWER_FIELD}: $rc\\r\\n");
    $du = NEXT_HOP;
    if (!t_relay()) sl_reply_error();
}
`;
}
