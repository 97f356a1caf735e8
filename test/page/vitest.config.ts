import { defineConfig } from 'vitest/config'

// npm run test:page: the page in a real Chromium, which is fetched for it.
export default defineConfig({
  test: {
    include: ['test/page/**/*.page.ts'],
    testTimeout: 60_000,
    maxWorkers: 1,
  },
})
