export { type CpsFace, type CpsFaceOptions, createCpsFace } from './cps-face.ts';
