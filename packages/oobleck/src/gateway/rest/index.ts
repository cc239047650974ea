export { type Access, type AccessOptions, createAccess } from './access.ts';
export { addRestRoutes, type RestParts } from './rest-gateway.ts';
