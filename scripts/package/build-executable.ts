import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'rolldown'
import { checkout } from './checkout.ts'

// One process a call, and small hosts: a young generation of 4 MiB and one helper thread are enough for every command;
// with 1 MiB the daemons spend an eighth more CPU time under load, with 16 MiB no less.
const nodeOptions = ['--max-semi-space-size=4', '--v8-pool-size=1']
const seaFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'

/** Builds the program as one executable file at `target`, in the scratch directory `work`. */
export async function buildExecutable(target: string, work: string): Promise<void> {
  const chunks = join(work, 'chunks')
  await bundle(chunks)
  const blob = writeBlob(work, chunks)
  const executable = join(work, 'signet')
  // Before the injection: an executable that is stripped afterwards crashes.
  execFileSync('strip', ['-o', executable, realpathSync(process.execPath)])
  const postject = createRequire(import.meta.url).resolve('postject/dist/cli.js')
  const options = [executable, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', seaFuse]
  execFileSync(process.execPath, [postject, ...options], { stdio: ['ignore', 'ignore', 'ignore'] })
  renameSync(executable, target)
}

async function bundle(directory: string): Promise<void> {
  await build({
    input: join(checkout, 'src/cli/main.ts'),
    platform: 'node',
    // ssh2's optional native parts; without them it does its own arithmetic.
    external: [/\.node$/, 'cpu-features'],
    logLevel: 'warn',
    transform: { define: { 'import.meta.url': 'undefined' } },
    output: {
      dir: directory,
      format: 'cjs',
      minify: true,
      cleanDir: true,
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
    },
  })
}

/** Node's single executable format: the main chunk with its compiled code, and the others as assets. */
function writeBlob(work: string, chunks: string): string {
  const main = join(work, 'main.cjs')
  const loader = readFileSync(join(checkout, 'scripts/package/chunk-loader.cjs'), 'utf8')
  writeFileSync(main, `${loader}${readFileSync(join(chunks, 'main.cjs'), 'utf8')}`)
  const others = readdirSync(chunks).filter((name) => name !== 'main.cjs')
  const output = join(work, 'signet.blob')
  const config = join(work, 'sea.json')
  const settings = {
    main,
    output,
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    assets: Object.fromEntries(others.map((name) => [name, join(chunks, name)])),
    execArgv: nodeOptions,
    // NODE_OPTIONS of whoever calls must not change what runs, above all under sshd and sudo.
    execArgvExtension: 'none',
  }
  writeFileSync(config, JSON.stringify(settings))
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  return output
}
