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
    testTimeout: 20_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Real processes on a shared machine may meet a stall that no deadline foresees: one more try in CI, and it is shown.
    retry: process.env['CI'] === undefined ? 0 : 1,
  },
})
