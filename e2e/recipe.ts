// The Kamailio recipe as it stands in the documentation: every fenced block that names a file becomes that file.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DOCUMENT = fileURLToPath(new URL('../docs/switches/kamailio.md', import.meta.url));
const BLOCK = /^```kamailio file=([a-z-]+\.cfg)\n(.*?)^```$/gms;

/** @returns the names of the files written */
export function writeRecipe(folder: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return [...readFileSync(DOCUMENT, 'utf8').matchAll(BLOCK)].map(([, name, content]) => {
    writeFileSync(join(folder, name!), content!);
    return name!;
  });
}

/** How long the recipe has Kamailio wait for Oobleck. */
export function recipeTimeoutSeconds(): number {
  return Number(
    /^#!define OOBLECK "oobleck=>[^"]*;timeout=([0-9]+)"$/m.exec(readFileSync(DOCUMENT, 'utf8'))?.[1],
  );
}
