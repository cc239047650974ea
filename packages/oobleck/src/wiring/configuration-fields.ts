// The forms of fields that several sections of a configuration have in common. What a form describes is what a person is
// told was expected.

import Type from 'typebox';

/** For objects: a field that is not known is a fault. */
export const strict = { additionalProperties: false };

export const text = (description: string) => Type.String({ minLength: 1, maxLength: 1_024, description });
export const file = (what: string) => text(`the path of ${what}`);
export const flag = Type.Boolean({ description: 'true or false' });
export const integer = (minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, description: `an integer from ${minimum} to ${maximum}` });
export const port = integer(0, 65_535);
export const list = <T extends Type.TSchema>(item: T, what: string, minItems = 0, maxItems = 10_000) =>
  Type.Array(item, { minItems, maxItems, description: `a list of ${what}` });
/** One of some words. */
export const words = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { description: values.join(', ') },
    ),
  );

export const name = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9._-]{0,63}$',
  description: 'a name: letters, digits, dots and dashes',
});
export const origin = Type.String({
  pattern: '^https://[a-z0-9.\\-\\[\\]:]+$',
  maxLength: 256,
  description: 'an https origin without a path, such as https://cps.example.net',
});
export const authority = Type.String({
  pattern: '^[a-z0-9.\\-\\[\\]:]+$',
  maxLength: 256,
  description: 'a host name, with a port unless it is 443',
});
export const httpsUrl = Type.String({ pattern: '^https://', maxLength: 2_048, description: 'an https URL' });
export const sha256 = Type.String({ pattern: '^[0-9a-fA-F]{64}$', description: '64 hexadecimal digits' });

/** As entries of a TNAuthList are written for people. */
export const entry = Type.String({
  pattern: '^([02]-[0-9A-Z#*]{1,16}|1-[0-9]{1,15}-[0-9]{1,15})$',
  description: '2-NUMBER, 1-START-COUNT or 0-SPC',
});

export const dialPlan = Type.Object(
  {
    countryCode: Type.String({ pattern: '^[1-9][0-9]{0,2}$', description: '1 to 3 digits' }),
    nationalDigits: integer(4, 14),
  },
  strict,
);

/** The STI certificate of whoever signs, and its key. */
export const stiChainFile = file('the STI certificate chain, PEM, signer first');
export const stiKeyFile = file('the private key of the STI certificate, PEM');

const serverFiles = {
  certificateFile: file('a PEM certificate chain'),
  keyFile: file('a PEM private key'),
};
export const serverTls = Type.Object(serverFiles, strict);
/** With it, clients may be asked for a certificate. */
export const serverTlsWithClients = Type.Object(
  { ...serverFiles, clientCaFile: Type.Optional(file('PEM roots of client certificates')) },
  strict,
);
