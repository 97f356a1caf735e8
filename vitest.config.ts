import { defineConfig } from 'vitest/config'

// The slow ones take minutes; `npm run test:etcd` has them run.
const slow = process.env['SIGNET_SLOW_TESTS'] === undefined ? ['**/*.slow.test.ts'] : []
// Of the longest ones those whose turn is at another etcd.
const leftOut = process.env['SIGNET_LEFT_OUT']?.split(',').filter((file) => file !== '') ?? []
const exclude = [...slow, ...leftOut, 'test/hosts/**', 'test/package/**', 'node_modules/**']

/** They change what all files of a process share: the modules of Node.js. */
const alone = ['src/host/files/sync-directory.test.ts']

export default defineConfig({
  test: {
    // Ends what hangs, and measures nothing: on a machine that has other work, a test of real processes takes its time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One more than two cores: most of what is real here is waited for.
    maxWorkers: 3,
    projects: [
      // Units are many and small: a process for each file would take longer to start than to test.
      {
        extends: true,
        test: { name: 'units', include: ['src/**/*.test.ts'], exclude: [...exclude, ...alone], isolate: false },
      },
      { extends: true, test: { name: 'real', include: ['test/**/*.test.ts', ...alone], exclude } },
    ],
  },
})
