export { type CaList, parseCaList } from './ca-list.ts';
export { type CaListFault, type CaListQuestion, judgeCaList } from './judge-ca-list.ts';
