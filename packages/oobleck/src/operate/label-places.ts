// Where the count of each combination of label values lies in one array of numbers. `other` comes first, so that the first
// label may learn values while what was counted stays where it is.

import { OTHER } from './meter.ts';

export interface LabelPlaces {
  readonly names: readonly string[];
  /** Combinations there are. */
  size(): number;
  /** A value that is not known, or is missing, is `other`. */
  placeOf(values: readonly string[]): number;
  labelsAt(place: number): Record<string, string>;
  /** Further values of the first label, up to a bound. */
  learn(values: readonly string[]): void;
}

interface Label {
  readonly name: string;
  readonly values: string[];
  readonly indexes: Map<string, number>;
}

/** Values of one label: configurations may be read again and again, each with names of its own. */
const MAXIMUM_VALUES = 4_096;

export function createLabelPlaces(labels: Readonly<Record<string, readonly string[]>>): LabelPlaces {
  const known = Object.entries(labels).map(([name, given]): Label => {
    const label: Label = { name, values: [], indexes: new Map() };
    addValues(label, [OTHER, ...given]);
    return label;
  });
  return {
    names: known.map(({ name }) => name),
    size: () => known.reduce((product, { values }) => product * values.length, 1),
    placeOf(values) {
      let place = 0;
      for (let at = 0; at < known.length; at++) {
        const { indexes } = known[at]!;
        place = place * indexes.size + (indexes.get(values[at]!) ?? 0);
      }
      return place;
    },
    labelsAt(place) {
      let rest = place;
      const pairs = known.toReversed().map(({ name, values }) => {
        const value = values[rest % values.length]!;
        rest = Math.floor(rest / values.length);
        return [name, value] as const;
      });
      return Object.fromEntries(pairs.toReversed());
    },
    learn(values) {
      if (known[0] !== undefined) addValues(known[0], values);
    },
  };
}

function addValues({ values, indexes }: Label, given: readonly string[]): void {
  for (const value of given) {
    if (indexes.has(value) || values.length >= MAXIMUM_VALUES) continue;
    indexes.set(value, values.length);
    values.push(value);
  }
}
