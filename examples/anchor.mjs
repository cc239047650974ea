// The list of trusted authorities that a policy administrator publishes: signed, numbered, never taken back to an
// earlier one.

import { judgeCaList, parseCaList } from '@oobleck/stir/anchor';
import { formatX5c, signCompactJws } from '@oobleck/stir/jws';
import { anchors, crypto, NOW } from './carrier.mjs';
import { administratorKey, administrators } from './sti-pa.mjs';

const payload = { sequence: 7, trustList: formatX5c(anchors), exp: NOW + 86_400 };
const list = parseCaList(signCompactJws('{"alg":"ES256"}', JSON.stringify(payload), administratorKey));
console.log(
  list.sequence,
  list.anchors.map(({ subjectText }) => subjectText),
);

const question = { list, signers: administrators, at: NOW, crypto };
console.log(judgeCaList(question), judgeCaList({ ...question, highestSequence: 8 }));

// Prints:
// 7 [ 'CN=Example SHAKEN ROOT,O=Example,C=US' ]
// undefined roll-back
