// The three functions of the metadata proposal that `@peculiar/x509` needs from its container before it loads.
// Imported before that package, and only there. They are set only where nobody has set them.

type Metadata = Map<unknown, unknown>;
interface MetadataReflect {
  getMetadata?: (key: unknown, target: object) => unknown;
  getOwnMetadata?: (key: unknown, target: object) => unknown;
  defineMetadata?: (key: unknown, value: unknown, target: object) => void;
}

const byTarget = new WeakMap<object, Metadata>();
const reflect: MetadataReflect = Reflect as MetadataReflect;

reflect.defineMetadata ??= (key, value, target) => {
  const metadata = byTarget.get(target) ?? new Map();
  byTarget.set(target, metadata.set(key, value));
};

reflect.getOwnMetadata ??= (key, target) => byTarget.get(target)?.get(key);

reflect.getMetadata ??= (key, target) => {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
    const metadata = byTarget.get(at);
    if (metadata?.has(key)) return metadata.get(key);
  }
  return undefined;
};
