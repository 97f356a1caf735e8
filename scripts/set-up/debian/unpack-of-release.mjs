// Packages of a release that need not be this machine's, without those that this machine has.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cacheDir } from '../checkout.mjs'
import { runQuietly } from '../run-quietly.mjs'
import { aptConfig } from './apt-config.mjs'
import { findKeyring } from './keyring.mjs'
import { findMirror } from './mirror.mjs'
import { exactName, parseWholeInstall } from './simulated-install.mjs'

/**
 * Unpacks packages of one Debian release below `${dir}/root`, wherever we run: apt checks them with Debian's keys as it
 * does the system's own packages, and writes nothing to the system. With dependencies, down to the C library, nothing in
 * them needs a file of the system.
 * @param {{release: string, packages: readonly string[], withDependencies: boolean}} wanted
 */
export async function unpackOfRelease({ release, packages, withDependencies }, dir) {
  const stateDir = `${cacheDir}/apt-${release}`
  try {
    for (const part of ['lists/partial', 'archives/partial']) mkdirSync(`${stateDir}/${part}`, { recursive: true })
    const keyring = await findKeyring(release, `${stateDir}/keyring`)
    writeFileSync(`${stateDir}/sources.list`, `deb [signed-by=${keyring}] ${await findMirror()} ${release} main\n`)
    writeFileSync(`${stateDir}/status`, '')
    writeFileSync(`${stateDir}/apt.conf`, oneReleaseConfig(stateDir))
    const apt = [`-c=${stateDir}/apt.conf`, '-q']
    const options = { cwd: dir, env: { ...process.env, LC_ALL: 'C' } }
    await runQuietly('apt-get', [...apt, 'update', '--error-on=any'], options)
    const names = withDependencies
      ? await withAllDependencies(packages, apt, options)
      : packages.map((name) => `${name}/${release}`)
    await runQuietly('apt-get', [...apt, 'download', ...names], options)
    await runQuietly('sh', ['-c', 'for deb in *.deb; do dpkg-deb -x "$deb" root && rm "$deb" || exit 1; done'], options)
  } finally {
    rmSync(stateDir, { recursive: true, force: true })
  }
}

// Before an empty list of installed packages, everything that they need is missing.
async function withAllDependencies(packages, apt, options) {
  const simulate = [...apt, '--simulate', '--no-install-recommends', 'install', ...packages]
  return parseWholeInstall(await runQuietly('apt-get', simulate, options)).map(exactName)
}

function oneReleaseConfig(stateDir) {
  const own = aptConfig({ stateDir, lists: `${stateDir}/lists` })
  const places = { sourcelist: `${stateDir}/sources.list`, sourceparts: '-' }
  const lines = Object.entries(places).map(([name, value]) => `Dir::Etc::${name} "${value}";`)
  return `${own}${lines.join('\n')}\nDir::State::status "${stateDir}/status";\n`
}
