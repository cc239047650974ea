// Configuration of the metrics: a listener of its own, on this machine unless it has TLS.

import Type, { type Static } from 'typebox';
import { file, port, strict, text } from './configuration-fields.ts';

export const METRICS = Type.Object(
  {
    host: Type.Optional(text('an address; default 127.0.0.1')),
    port,
    tls: Type.Optional(
      Type.Object(
        {
          certificateFile: file('a PEM certificate chain'),
          keyFile: file('a PEM private key'),
          clientCaFile: file('PEM roots of the certificates of who may read'),
        },
        strict,
      ),
    ),
  },
  strict,
);

export type MetricsConfiguration = Static<typeof METRICS>;
