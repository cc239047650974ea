import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages', 'e2e', 'examples', 'docs', 'interop'].map((folder) => `${folder}/**/*.test.ts`),
    globalSetup: ['packages/stir/test/runtimes/install.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
