export { type Access, type AccessOptions, createAccess } from './access.ts';
export { OPEN_API } from './open-api.ts';
export { ARRIVING_CALL } from './open-api-callcentre.ts';
export type { ReasonCodes } from './reason-codes.ts';
export { createRestFace, type RestParts } from './rest-face.ts';
