export { type AtisFace, createAtisFace } from './atis-face.ts';
