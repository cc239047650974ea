export { addDirectoryRoutes } from './directory-face.ts';
