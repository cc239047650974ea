export {
  type CompactJws,
  decodeJwsSegment,
  type JwsSegments,
  parseCompactJws,
  parseJwsObject,
  splitCompactJws,
} from './compact-jws.ts';
export { createJwsSigner, type JwsSigner, signCompactJws } from './jws-signer.ts';
export { decodeX5c, encodeX5c, formatX5c, parseX5c } from './x5c.ts';
