export { type CompactJws, parseCompactJws, signCompactJws, signEncoded } from './compact-jws.ts';
export { formatX5c, parseX5c } from './x5c.ts';
