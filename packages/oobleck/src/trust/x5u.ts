// Which certificate URLs are taken at all: https, an ordinary port, a plain path. A query or fragment would make
// one certificate many cache entries, user information would be sent.

const MAXIMUM_LENGTH = 2048;
const FORM = /^https:\/\/[^/?#@\\\s]+(?:\/[^?#\\\s]*)?$/i;
const PORTS: readonly number[] = [443, 8443];

/** The URL in one spelling, or `undefined`. `allowPorts` are ports to take beside 443 and 8443. */
export function parseX5u(text: string, allowPorts: readonly number[] = []): URL | undefined {
  if (text.length > MAXIMUM_LENGTH || !FORM.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null || url.protocol !== 'https:') return undefined;
  const port = url.port === '' ? 443 : Number(url.port);
  return PORTS.includes(port) || allowPorts.includes(port) ? url : undefined;
}

/** Addresses remembered as read: a busy trunk's stands in every token and PASSporT. */
const REMEMBERED = 1_024;

/** An address and its origin, each in one spelling. */
export interface X5u {
  readonly href: string;
  readonly origin: string;
}

/** `parseX5u` for one list of ports, which reads an address it has read lately without looking at it again. */
export function createX5uReader(allowPorts: readonly number[] = []): (text: string) => X5u | undefined {
  const known = new Map<string, X5u>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const url = parseX5u(text, allowPorts);
    if (url === undefined) return undefined;
    const { href, origin } = url;
    const read = { href, origin };
    if (known.size >= REMEMBERED) known.clear();
    known.set(text, read);
    return read;
  };
}

/** Origins such as `https://cr.example.net` or `https://cr.example.net:8443`. @throws TypeError for anything else */
export function parseRepositories(origins: readonly string[]): ReadonlySet<string> {
  return new Set(origins.map(parseOrigin));
}

function parseOrigin(text: string): string {
  const url = URL.parse(text);
  const isOrigin = url !== null && url.protocol === 'https:' && url.pathname === '/' && FORM.test(text);
  if (!isOrigin) throw new TypeError('a certificate repository is not an https origin');
  return url.origin;
}
