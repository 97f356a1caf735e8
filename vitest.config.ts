import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // The slow ones take minutes; `npm run test:etcd` has them run.
    exclude: [
      ...(process.env['SIGNET_SLOW_TESTS'] === undefined ? ['**/*.slow.test.ts'] : []),
      'test/hosts/**',
      'test/package/**',
      'node_modules/**',
    ],
    // Ends what hangs, and measures nothing: on a machine that has other work, a test of real processes takes its time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One more than two cores: most of what is real here is waited for.
    maxWorkers: 3,
  },
})
