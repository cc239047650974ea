export { createAtisFace } from './atis-face.ts';
