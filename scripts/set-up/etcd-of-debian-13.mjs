import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { aptConfig } from './apt-config.mjs'
import { cacheDir } from './checkout.mjs'
import { ensureEtcd } from './etcd-cache.mjs'
import { downloadPackages, unpackPackages } from './private-apt.mjs'
import { runStep } from './run-step.mjs'

const release = 'trixie'
const keyrings = '/usr/share/keyrings'
const packages = ['etcd-server', 'etcd-client']

/** The etcd 3.5 of Debian 13, wherever we run: apt checks it with Debian's keys as it does the system's own packages. */
export function ensureEtcdOfDebian13() {
  return ensureEtcd({ name: 'etcd-3.5', source: `Debian ${release}`, make: fetchEtcd })
}

async function fetchEtcd(dir) {
  const stateDir = `${cacheDir}/apt-${release}`
  try {
    for (const part of ['lists/partial', 'archives/partial']) mkdirSync(`${stateDir}/${part}`, { recursive: true })
    const keyring = await findKeyring(`${stateDir}/keyring`)
    writeFileSync(`${stateDir}/sources.list`, `deb [signed-by=${keyring}] ${await findMirror()} ${release} main\n`)
    writeFileSync(`${stateDir}/apt.conf`, oneReleaseConfig(stateDir))
    const apt = [`-c=${stateDir}/apt.conf`, '-q']
    const options = { cwd: dir, env: { ...process.env, LC_ALL: 'C' } }
    await runStep('apt-get', [...apt, 'update', '--error-on=any'], options)
    const names = packages.map((name) => `${name}/${release}`)
    await runStep('apt-get', [...apt, 'download', ...names], options)
    // The programs of these packages need nothing but the C library.
    await runStep('sh', ['-c', 'for deb in *.deb; do dpkg-deb -x "$deb" root && rm "$deb" || exit 1; done'], options)
    for (const name of ['etcd', 'etcdctl']) renameSync(`${dir}/root/usr/bin/${name}`, `${dir}/${name}`)
    rmSync(`${dir}/root`, { recursive: true })
  } finally {
    rmSync(stateDir, { recursive: true, force: true })
  }
}

function oneReleaseConfig(stateDir) {
  const own = aptConfig({ stateDir, lists: `${stateDir}/lists` })
  return `${own}Dir::Etc::sourcelist "${stateDir}/sources.list";\nDir::Etc::sourceparts "-";\n`
}

/** Debian's keys: the system's, or, where those are older than Debian 13, the newest that its own release offers. */
async function findKeyring(dir) {
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
  const mirrors = [...targets.matchAll(/^(https?:\/\/\S+) Debian Debian$/gm)].map(([, uri]) => uri)
  return mirrors[0] ?? 'http://deb.debian.org/debian/'
}
