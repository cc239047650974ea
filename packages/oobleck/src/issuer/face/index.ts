export { addIssuerRoutes } from './issuer-face.ts';
