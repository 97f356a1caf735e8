import { defineConfig } from 'vitest/config'

// npm run test:package: what npm run package makes. It is built once, in front of all tests.
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    globalSetup: 'test/package/build-packages.ts',
    // lintian looks long, and longer on a busy machine.
    testTimeout: 240_000,
    maxWorkers: 1,
  },
})
