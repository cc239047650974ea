// Configuration of the metrics: a listener of its own, on this machine unless it has TLS.

import Type, { type Static } from 'typebox';

const text = (description: string) => Type.String({ minLength: 1, maxLength: 1_024, description });

export const METRICS = Type.Object(
  {
    host: Type.Optional(text('an address; default 127.0.0.1')),
    port: Type.Integer({ minimum: 0, maximum: 65_535, description: 'an integer from 0 to 65535' }),
    tls: Type.Optional(
      Type.Object(
        {
          certificateFile: text('the path of a PEM certificate chain'),
          keyFile: text('the path of a PEM private key'),
          clientCaFile: text('the path of PEM roots of the certificates of who may read'),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export type MetricsConfiguration = Static<typeof METRICS>;
