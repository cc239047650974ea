// The switches of a test as one Kamailio: each hop is a port of its own with what it does to a call. A hop may ask Oobleck's
// redirect element and copy what a 302 brings; may lose Identity as an IP border does, or everything but the numbers as
// a telephone leg does; may send the call on to another number. Whatever the redirect element does, the call goes on.

export interface Hop {
  readonly name: string;
  readonly port: number;
  readonly nextPort: number;
  /** Where the redirect element listens; left out, nobody is asked. */
  readonly askPort?: number;
  /** `identity`: as an IP border or B2BUA; `everything`: as a telephone leg. Before anybody is asked. */
  readonly loses?: 'identity' | 'everything';
  /** Sends each call on to another number: what stands in front of the number called makes way for this. */
  readonly divertsTo?: { readonly from: string; readonly to: string };
  /** How long the redirect element is waited for. */
  readonly patienceMs: number;
}

export function formatSwitch(hops: readonly Hop[], lastPort: number): string {
  return [
    HEAD,
    ...[...new Set(hops.map(({ port }) => port))].map((port) => `listen=udp:127.0.0.1:${port}`),
    MODULES,
    'request_route {',
    BEFORE_HOPS,
    ...hops.map(routeTo),
    `    $du = "sip:127.0.0.1:${lastPort}"; t_relay();`,
    '}',
    ...hops.map(formatHop),
    AFTER_ANSWER,
  ].join('\n');
}

const HEAD = `#!KAMAILIO
children=8
auto_aliases=no
disable_tcp=yes
fork=yes
log_stderror=yes
debug=0`;

const MODULES = ['tm', 'tmx', 'sl', 'pv', 'textops', 'textopsx', 'siputils', 'maxfwd', 'avpops']
  .map((name) => `loadmodule "${name}.so"`)
  .concat('modparam("tm", "failure_reply_mode", 3)', 'modparam("tm", "fr_inv_timer", 30000)')
  .join('\n');

const BEFORE_HOPS = `    if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
    if (has_totag() || is_method("ACK")) { t_relay(); exit; }
    if (!is_method("INVITE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
    if (!mf_process_maxfwd_header("20")) { sl_send_reply("483", "Too Many Hops"); exit; }
    if (t_precheck_trans()) { t_check_trans(); exit; }
    t_check_trans();`;

function routeTo({ name, port }: Hop): string {
  return `    if ($Rp == ${port}) { route(HOP_${name}); exit; }`;
}

const LOSES = {
  identity: '    remove_hf("Identity");',
  everything: '    keep_hf("^(Contact|Max-Forwards|Content-Type)$");',
};

function formatHop({ name, nextPort, askPort, loses, divertsTo, patienceMs }: Hop): string {
  const lines = [`route[HOP_${name}] {`];
  if (loses !== undefined) lines.push(LOSES[loses]);
  if (divertsTo !== undefined)
    lines.push(
      '    append_hf("Diversion: <sip:$rU@127.0.0.1>;reason=unconditional\\r\\n");',
      `    $rU = $(rU{re.subst,/^[+]${divertsTo.from}/+${divertsTo.to}/});`,
    );
  if (askPort === undefined) lines.push(`    $du = "sip:127.0.0.1:${nextPort}";`, '    t_relay();', '}');
  else
    lines.push(
      `    $avp(next) = "sip:127.0.0.1:${nextPort}";`,
      '    $avp(target) = $ru;',
      `    t_set_fr(30000, ${patienceMs});`,
      '    t_on_reply("COLLECT");',
      '    t_on_failure("GO_ON");',
      `    $du = "sip:127.0.0.1:${askPort}";`,
      '    t_relay();',
      '}',
    );
  return lines.join('\n');
}

/** AVPs belong to the transaction: what the 302 brought is there when the call goes on. The last one put in comes first. */
const AFTER_ANSWER = `
onreply_route[COLLECT] {
    if ($rs != 302) return;
    $var(i) = 0;
    while ($var(i) < 8 && $(hdr(Identity)[$var(i)]) != $null) {
        $avp(identity) = $(hdr(Identity)[$var(i)]);
        $var(i) = $var(i) + 1;
    }
    $var(i) = 0;
    while ($var(i) < 8 && $(hdr(Identity-Encrypted)[$var(i)]) != $null) {
        $avp(sealed) = $(hdr(Identity-Encrypted)[$var(i)]);
        $var(i) = $var(i) + 1;
    }
    if ($hdr(P-Asserted-Identity) != $null) $avp(asserted) = $hdr(P-Asserted-Identity);
    if ($hdr(X-Identity-Action) == "remove") $avp(remove) = 1;
}
failure_route[GO_ON] {
    if (t_is_canceled()) exit;
    if (t_check_status("603")) exit;
    if ($avp(remove) == 1) remove_hf("Identity");
    while ($avp(identity) != $null) { append_hf("Identity: $avp(identity)\\r\\n"); $avp(identity) = $null; }
    while ($avp(sealed) != $null) { append_hf("Identity-Encrypted: $avp(sealed)\\r\\n"); $avp(sealed) = $null; }
    if ($avp(asserted) != $null) {
        remove_hf("P-Asserted-Identity");
        append_hf("P-Asserted-Identity: $avp(asserted)\\r\\n");
    }
    t_reset_fr();
    t_on_reply("PLAIN");
    $ru = $avp(target);
    $du = $avp(next);
    t_relay();
}
onreply_route[PLAIN] { return; }
`;
