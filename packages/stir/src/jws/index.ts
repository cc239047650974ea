export { type CompactJws, parseCompactJws, signCompactJws, signEncoded } from './compact-jws.ts';
export { decodeX5c, encodeX5c, formatX5c, parseX5c } from './x5c.ts';
