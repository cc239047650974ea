import { defineConfig } from 'vitest/config';

const foldersOf = (...names: string[]): string[] => names.map((name) => `${name}/**/*.test.ts`);

/** A CPS that is watched for what the time of its replies tells. */
const WATCHED = 'packages/oobleck/test/silence/**/*.test.ts';

/** Real switches and what is timed share the cores with nothing else: they come last, one file at a time. */
export default defineConfig({
  test: {
    globalSetup: ['packages/stir/test/runtimes/install.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: foldersOf('packages', 'examples', 'docs', 'interop'),
          exclude: ['**/node_modules/**', WATCHED],
        },
      },
      {
        extends: true,
        test: {
          name: 'end to end',
          include: [...foldersOf('e2e'), WATCHED],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
