// Packages of this machine's own release that complete what it has.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { SetUpError } from '../progress.mjs'
import { runQuietly, tryQuietly } from '../run-quietly.mjs'
import { aptConfig } from './apt-config.mjs'
import { downloadNames, parseSimulatedInstall } from './simulated-install.mjs'

const systemLists = '/var/lib/apt/lists'

/**
 * Downloads packages, with those of their dependencies that the system lacks, into a directory. apt keeps the system's
 * sources, proxies and trusted keys and checks signatures as always, but all that it writes stays below `stateDir`.
 */
export async function downloadPackages(packages, { stateDir, targetDir }) {
  const ownLists = `${stateDir}/lists`
  if (hasLists(systemLists)) {
    const files = await tryDownload(packages, { stateDir, targetDir, lists: systemLists })
    if (files) return files
  }
  const config = writeConfig({ stateDir, lists: ownLists })
  const update = await tryQuietly('apt-get', [`-c=${config}`, '-q', 'update'], { env: aptEnvironment() })
  const files = await tryDownload(packages, { stateDir, targetDir, lists: ownLists })
  if (files) return files
  const { stderr } = await tryQuietly('apt-get', [`-c=${config}`, '-qq', '-s', 'install', ...packages], {
    env: aptEnvironment(),
  })
  const said = lastLines(`${update.stderr}\n${stderr}`)
  throw new SetUpError(
    `apt-get cannot download ${packages.join(' ')}: install them, or mend the sources of apt:\n  ${said}`,
  )
}

async function tryDownload(packages, { stateDir, targetDir, lists }) {
  const config = writeConfig({ stateDir, lists })
  const options = { env: aptEnvironment(), cwd: targetDir }
  const simulate = [`-c=${config}`, '-qq', '--simulate', '--no-install-recommends', 'install', ...packages]
  const simulated = await tryQuietly('apt-get', simulate, options)
  if (simulated.status !== 0) return undefined
  const names = downloadNames(packages, parseSimulatedInstall(simulated.stdout))
  const downloaded = await tryQuietly('apt-get', [`-c=${config}`, '-qq', 'download', ...names], options)
  const files = readdirSync(targetDir).filter((file) => file.endsWith('.deb'))
  return downloaded.status === 0 && files.length === names.length
    ? files.map((file) => `${targetDir}/${file}`)
    : undefined
}

/** Unpacks packages side by side below one directory; their scripts do not run. */
export async function unpackPackages(debFiles, rootDir) {
  for (const file of debFiles) {
    await runQuietly('dpkg-deb', ['-x', file, rootDir])
    rmSync(file)
  }
}

function writeConfig({ stateDir, lists }) {
  for (const dir of [`${stateDir}/lists/partial`, `${stateDir}/archives/partial`]) mkdirSync(dir, { recursive: true })
  const file = `${stateDir}/apt.conf`
  writeFileSync(file, aptConfig({ stateDir, lists }))
  return file
}

function aptEnvironment() {
  return { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' }
}

function hasLists(dir) {
  try {
    return readdirSync(dir).some((file) => file.includes('_Packages'))
  } catch {
    return false
  }
}

function lastLines(text) {
  return text.trim().split('\n').slice(-8).join('\n  ')
}
