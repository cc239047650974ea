export { type CpsFace, type CpsFaceOptions, createCpsFace } from './cps-face.ts';
export { createStreamFace, type StreamFace, type StreamFaceOptions } from './stream-face.ts';
