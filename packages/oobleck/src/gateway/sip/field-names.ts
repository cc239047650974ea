// Names of header fields: letter case does not count, and some have a compact form (RFC 3261 Section 7.3.3; `y` by
// RFC 8224 Section 10.1).

const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

const USUAL = [
  ...['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Max-Forwards', 'Content-Length', 'Content-Type'],
  ...[
    'Require',
    'Proxy-Require',
    'Date',
    'Identity',
    'Identity-Encrypted',
    'P-Asserted-Identity',
    'Diversion',
  ],
  ...[
    'History-Info',
    'Allow',
    'Supported',
    'User-Agent',
    'Accept',
    'Expires',
    'Subject',
    'Route',
    'Record-Route',
  ],
];

/** As switches write them: found without making another text of the name. */
const KNOWN = new Map<string, string>([
  ...USUAL.map((name): [string, string] => [name, name.toLowerCase()]),
  ...Object.entries(COMPACT),
]);

/** The name in lower case and in its long form. */
export function fieldName(written: string): string {
  const known = KNOWN.get(written);
  if (known !== undefined) return known;
  const lower = written.toLowerCase();
  return COMPACT[lower] ?? lower;
}
