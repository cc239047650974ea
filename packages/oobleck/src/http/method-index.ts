// Which methods a path has, for the answer 405 and its `Allow` field (RFC 9110 Section 15.5.6). Asked only where
// no route was found.

export interface MethodIndex {
  /** `pattern` as routes are written: `/credentials/:id`, `/files/*`. */
  add(methods: string | readonly string[], pattern: string): void;
  /** In alphabetical order; empty where no route has the path. */
  allowed(url: string): readonly string[];
}

export function createMethodIndex(): MethodIndex {
  const routes: { readonly path: RegExp; readonly methods: readonly string[] }[] = [];
  return {
    add(methods, pattern) {
      routes.push({ path: pathOf(pattern), methods: [methods].flat() });
    },
    allowed(url) {
      const path = url.split('?', 1)[0]!;
      const found = routes.filter((route) => route.path.test(path)).flatMap((route) => route.methods);
      return [...new Set(found)].sort();
    },
  };
}

function pathOf(pattern: string): RegExp {
  const parts = pattern.split(/(:[A-Za-z0-9_]+|\*)/).map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}
