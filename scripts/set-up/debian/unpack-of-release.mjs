import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cacheDir } from '../checkout.mjs'
import { SetUpError } from '../progress.mjs'
import { runStep } from '../run-quietly.mjs'
import { aptConfig } from './apt-config.mjs'
import { downloadPackages, unpackPackages } from './download-packages.mjs'
import { exactName, parseWholeInstall } from './simulated-install.mjs'

const keyrings = '/usr/share/keyrings'

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
    await runStep('apt-get', [...apt, 'update', '--error-on=any'], options)
    const names = withDependencies
      ? await withAllDependencies(packages, apt, options)
      : packages.map((name) => `${name}/${release}`)
    await runStep('apt-get', [...apt, 'download', ...names], options)
    await runStep('sh', ['-c', 'for deb in *.deb; do dpkg-deb -x "$deb" root && rm "$deb" || exit 1; done'], options)
  } finally {
    rmSync(stateDir, { recursive: true, force: true })
  }
}

// Before an empty list of installed packages, everything that they need is missing.
async function withAllDependencies(packages, apt, options) {
  const simulate = [...apt, '--simulate', '--no-install-recommends', 'install', ...packages]
  return parseWholeInstall(await runStep('apt-get', simulate, options)).map(exactName)
}

function oneReleaseConfig(stateDir) {
  const own = aptConfig({ stateDir, lists: `${stateDir}/lists` })
  const places = { sourcelist: `${stateDir}/sources.list`, sourceparts: '-' }
  const lines = Object.entries(places).map(([name, value]) => `Dir::Etc::${name} "${value}";`)
  return `${own}${lines.join('\n')}\nDir::State::status "${stateDir}/status";\n`
}

/** Debian's keys: the system's, or, where those are older than that release, the newest that its own release offers. */
async function findKeyring(release, dir) {
  if (existsSync(`${keyrings}/debian-archive-${release}-stable.gpg`)) return `${keyrings}/debian-archive-keyring.gpg`
  mkdirSync(dir, { recursive: true })
  const debFiles = await downloadPackages(['debian-archive-keyring'], { stateDir: `${dir}/apt`, targetDir: dir })
  await unpackPackages(debFiles, dir)
  return `${dir}${keyrings}/debian-archive-keyring.gpg`
}

/** The mirror that this machine has its Debian from, so that what reaches that reaches this. */
async function findMirror() {
  const format = ['--format', '$(REPO_URI) $(ORIGIN) $(LABEL)', 'Created-By: Packages']
  const targets = await runStep('apt-get', ['indextargets', ...format])
  const known = /^(https?:\/\/\S+) Debian Debian$/m.exec(targets)?.[1]
  if (known !== undefined) return known
  // Where no lists are there yet, as in fresh images, apt still tells where it would have them from.
  const wanted = await runStep('apt-get', ['--print-uris', 'update'])
  const named = /^'(https?:\/\/[^' ]+\/)dists\/[a-z]+\/main\/binary-/m.exec(wanted)?.[1]
  if (named !== undefined) return named
  throw new SetUpError('the sources of apt name no mirror of Debian: see /etc/apt/sources.list.d')
}
