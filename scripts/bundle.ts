// node scripts/bundle.ts DIRECTORY: the program and what it imports as a few plain JavaScript files, DIRECTORY/main.mjs first.
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const entry = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

// ssh2 is CommonJS and looks for optional native parts by these names; without them it does its own arithmetic.
const commonJsNames = [
  "import { createRequire as bundleRequire } from 'node:module';",
  'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
  'const require = bundleRequire(import.meta.url);',
].join(' ')

const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('usage: node scripts/bundle.ts DIRECTORY')
await build({
  input: entry,
  platform: 'node',
  external: [/\.node$/, 'cpu-features'],
  logLevel: 'warn',
  output: {
    dir: directory,
    format: 'esm',
    minify: true,
    // ssh2 tells its sessions from its channels by the name of their class.
    keepNames: true,
    cleanDir: true,
    postBanner: commonJsNames,
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  },
})
