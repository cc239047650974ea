// Under which name a request is counted: by the beginning of its path, never by anything in it.

const PREFIXES = [
  ['/mailboxes/', 'mailboxes'],
  ['/deposits', 'deposits'],
  ['/retractions', 'retractions'],
  ['/token-request', 'token-request'],
  ['/.well-known/private-token-issuer-directory', 'issuer-directory'],
  ['/credentials', 'credentials'],
  ['/prefixes/', 'prefixes'],
  ['/stir/v1/signing', 'signing'],
  ['/stir/v1/verification', 'verification'],
  ['/passports', 'passports'],
  ['/health', 'health'],
] as const;

export const ROUTES: readonly string[] = PREFIXES.map(([, route]) => route);

export function routeOf(target: string): string {
  for (const [prefix, route] of PREFIXES) if (target.startsWith(prefix)) return route;
  return 'other';
}
