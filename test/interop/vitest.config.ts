import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: process.cwd(),
    include: ['test/interop/**/*.interop.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
