export { StirError, type StirErrorCode } from './stir-error.ts';
