import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build, type Plugin } from 'rolldown'
import { checkout } from './checkout.ts'

// One process a call, and small hosts: a young generation of 4 MiB and one helper thread are enough for every command;
// with 1 MiB the daemons spend an eighth more CPU time under load, with 16 MiB no less.
const nodeOptions = ['--max-semi-space-size=4', '--v8-pool-size=1']
const versionFile = join(checkout, 'src/core/version.ts')
const seaFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

interface Build {
  /** A scratch directory. */
  readonly work: string
  readonly version: string
}

/** Builds the program as one executable file at `target`. */
export async function buildExecutable(target: string, { work, version }: Build): Promise<void> {
  const chunks = join(work, 'chunks')
  await bundle(chunks, version)
  const blob = writeBlob(work, chunks)
  const executable = join(work, 'signet')
  // Before the injection: an executable that is stripped afterwards crashes.
  execFileSync('strip', ['-o', executable, realpathSync(process.execPath)])
  const postject = createRequire(import.meta.url).resolve('postject/dist/cli.js')
  // A random seed would make the seed of string hashes, and with it the compiled code, another one each time.
  const options = [executable, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', seaFuse]
  execFileSync(process.execPath, [postject, ...options], { stdio: ['ignore', 'ignore', 'ignore'] })
  renameSync(executable, target)
}

async function bundle(directory: string, version: string): Promise<void> {
  await build({
    input: join(checkout, 'src/cli/main.ts'),
    platform: 'node',
    // ssh2's optional native parts; without them it does its own arithmetic.
    external: [/\.node$/, 'cpu-features'],
    logLevel: 'warn',
    plugins: [withVersion(version)],
    transform: { define: { 'import.meta.url': 'undefined' } },
    output: {
      dir: directory,
      format: 'cjs',
      minify: true,
      // ssh2 tells its sessions from its channels by the name of their class.
      keepNames: true,
      cleanDir: true,
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
    },
  })
}

/** The version of this build, which may be another than that of the sources. */
function withVersion(version: string): Plugin {
  return {
    name: 'version',
    load: (id) => (id === versionFile ? `export const version = ${JSON.stringify(version)}` : null),
  }
}

/** Node's single executable format: the main chunk with its compiled code, and the others as assets. */
function writeBlob(work: string, chunks: string): string {
  const loader = readFileSync(join(checkout, 'scripts/package/chunk-loader.cjs'), 'utf8')
  writeFileSync(join(work, 'main.cjs'), `${loader}${readFileSync(join(chunks, 'main.cjs'), 'utf8')}`)
  const others = readdirSync(chunks).filter((name) => name !== 'main.cjs')
  const settings = {
    // Relative to `work`, since the blob holds it: the same sources make the same bytes anywhere.
    main: 'main.cjs',
    output: 'signet.blob',
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    assets: Object.fromEntries(others.sort().map((name) => [name, join(chunks, name)])),
    execArgv: nodeOptions,
    // NODE_OPTIONS of whoever calls must not change what runs, above all under sshd and sudo.
    execArgvExtension: 'none',
  }
  writeFileSync(join(work, 'sea.json'), JSON.stringify(settings))
  // A random seed would make the seed of string hashes, and with it the compiled code, another one each time.
  const options = ['--random-seed=1', '--experimental-sea-config', 'sea.json']
  execFileSync(process.execPath, options, { cwd: work, stdio: ['ignore', 'ignore', 'pipe'] })
  return join(work, 'signet.blob')
}
