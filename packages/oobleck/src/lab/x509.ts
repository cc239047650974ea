// `@peculiar/x509` with what must be there before it loads. The lab imports the package from here only.

import './reflect-metadata.ts';

export * from '@peculiar/x509';
