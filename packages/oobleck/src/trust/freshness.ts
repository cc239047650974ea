// How long a fetched chain is kept (RFC 9111 Section 4.2.1), within bounds of our own: a repository may neither make
// every call fetch anew nor keep a withdrawn certificate here for good.

const LEAST_SECONDS = 60;
const MOST_SECONDS = 86_400;
/** Where the repository says nothing. */
const DEFAULT_SECONDS = 3600;

/** From a `Cache-Control` field to 60 .. 86400 seconds. */
export function freshnessSeconds(cacheControl: string | undefined): number {
  const directives = (cacheControl ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim());
  if (directives.some((one) => /^(no-store|no-cache)(=|$)/.test(one))) return LEAST_SECONDS;
  const maxAge = directives.map((one) => /^max-age="?([0-9]{1,10})"?$/.exec(one)?.[1]).find(Boolean);
  if (maxAge === undefined) return DEFAULT_SECONDS;
  return Math.min(Math.max(Number(maxAge), LEAST_SECONDS), MOST_SECONDS);
}
