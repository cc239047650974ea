import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/**/*.test.ts', 'e2e/**/*.test.ts', 'examples/**/*.test.ts', 'docs/**/*.test.ts'],
    globalSetup: ['packages/stir/test/runtimes/install.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
