import { execFileSync, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { buildDebianPackage } from '../../scripts/package/debian-package.ts'
import { signetEtcdPackage } from '../../scripts/package/etcd/etcd-package.ts'

// The package's own scripts, and the machine's dpkg on a root directory of its own. What the programs are does not matter here;
// versions that there are not yet must do.
const scratch = mkdtempSync(join(tmpdir(), 'signet-etcd-scripts-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const root = join(scratch, 'root')
const ours = join(root, 'usr/lib/signet-etcd')
const link = join(root, 'etc/signet/etcd-bin')

function buildEtcdPackage(version: string, release = '0.1.0'): string {
  const work = mkdtempSync(join(scratch, 'build-'))
  for (const program of ['etcd', 'etcdctl', 'etcdutl']) writeFileSync(join(work, program), `${program} ${version}\n`)
  const etcd = { minor: version.replace(/\.[0-9]+$/, ''), version }
  const built = { binaries: work, toolchain: 'go1.26.10', modules: [] }
  const builtAt = new Date(1_735_689_600_000)
  const description = signetEtcdPackage({ version: release, builtAt, etcd }, built)
  return buildDebianPackage(description, { root: join(work, 'root'), dist: work, builtAt, compression: 'none' })
}

const [v36, v36next, v37, v38] = ['3.6.16', '3.6.17', '3.7.3', '3.8.0'].map((version) => buildEtcdPackage(version)) as [
  string,
  string,
  string,
  string,
]

function dpkg(...args: readonly string[]) {
  const command = ['dpkg', `--root=${root}`, '--force-script-chrootless', `--log=${join(scratch, 'log')}`, ...args]
  const asRoot = process.getuid?.() === 0 ? [] : ['unshare', '--map-root-user']
  const [program = '', ...rest] = [...asRoot, ...command]
  const { status, stdout, stderr } = spawnSync(program, rest, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  return { status, said: `${stdout}${stderr}` }
}

function install(...files: readonly string[]): string {
  const { status, said } = dpkg('--install', ...files)
  expect([status, said]).toEqual([0, said])
  return said
}

/** The minors that lie here, and what their etcd says. */
function etcds(): Readonly<Record<string, string>> {
  const minors = existsSync(ours) ? readdirSync(ours).toSorted() : []
  return Object.fromEntries(minors.map((minor) => [minor, readFileSync(join(ours, minor, 'etcd'), 'utf8').trim()]))
}

function runFrom(directory: string): void {
  rmSync(link, { force: true })
  mkdirSync(join(root, 'etc/signet'), { recursive: true })
  symlinkSync(directory, link)
}

const diversions = (): string => readFileSync(join(root, 'var/lib/dpkg/diversions'), 'utf8')

beforeEach(() => {
  rmSync(root, { recursive: true, force: true })
  for (const directory of ['info', 'updates']) mkdirSync(join(root, 'var/lib/dpkg', directory), { recursive: true })
  for (const file of ['status', 'diversions']) writeFileSync(join(root, 'var/lib/dpkg', file), '')
  mkdirSync(join(root, 'usr/bin'), { recursive: true })
})

describe('an upgrade of signet-etcd to another minor', () => {
  it('leaves the old minor where etcd starts from it, and says how to move', () => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    expect(install(v37)).toContain(
      'signet-etcd: etcd on this host stays 3.6, in /usr/lib/signet-etcd/3.6; to move this member to 3.7.3: signet etcd use /usr/lib/signet-etcd/3.7\n',
    )
    expect(etcds()).toEqual({ '3.6': 'etcd 3.6.16', '3.7': 'etcd 3.7.3' })
    expect(readdirSync(join(ours, '3.6'))).toEqual(['etcd', 'etcdctl', 'etcdutl'])
    expect(diversions()).toBe('')
  })

  it('leaves it also where the link leads there over another link', () => {
    install(v36)
    symlinkSync('../lib/signet-etcd/3.6', join(root, 'usr/bin/etcd-of-ours'))
    runFrom('../../usr/bin/etcd-of-ours')
    install(v37)
    expect(Object.keys(etcds())).toEqual(['3.6', '3.7'])
  })

  it('leaves it also where the link leads to a directory of links to its programs', () => {
    install(v36)
    mkdirSync(join(root, 'opt/etcd'), { recursive: true })
    symlinkSync(join(ours, '3.6/etcd'), join(root, 'opt/etcd/etcd'))
    runFrom('/opt/etcd')
    install(v37)
    expect(Object.keys(etcds())).toEqual(['3.6', '3.7'])
    expect(dpkg('--remove', 'signet-etcd').status).not.toBe(0)
  })

  it('takes the old minor away where etcd starts from elsewhere', () => {
    install(v36)
    runFrom('/usr/bin')
    install(v37)
    expect(etcds()).toEqual({ '3.7': 'etcd 3.7.3' })
  })

  it('never takes the old minor away, not even for a moment', () => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    const before = execFileSync('stat', ['--format=%i', join(ours, '3.6/etcd')], { encoding: 'utf8' })
    install(v37)
    expect(execFileSync('stat', ['--format=%i', join(ours, '3.6/etcd')], { encoding: 'utf8' })).toBe(before)
  })

  it('keeps it over a second upgrade, and takes it away with the next one once the member has moved', () => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    install(v37)
    install(v38)
    expect(Object.keys(etcds())).toEqual(['3.6', '3.8'])
    runFrom('/usr/lib/signet-etcd/3.8')
    install(buildEtcdPackage('3.8.0', '0.2.0'))
    expect(Object.keys(etcds())).toEqual(['3.8'])
  })

  it('can be gone back on', () => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    install(v37)
    install(v36)
    expect(etcds()).toEqual({ '3.6': 'etcd 3.6.16' })
    expect(dpkg('--verify', 'signet-etcd')).toEqual({ status: 0, said: '' })
  })

  it('leaves the old minor also where the power fails before the package is configured', () => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    expect(dpkg('--unpack', v37).status).toBe(0)
    expect(etcds()).toEqual({ '3.6': 'etcd 3.6.16', '3.7': 'etcd 3.7.3' })
    expect(diversions()).not.toBe('')
    expect(dpkg('--configure', '--pending').status).toBe(0)
    expect(diversions()).toBe('')
    install(v36)
    expect(etcds()).toEqual({ '3.6': 'etcd 3.6.16' })
  })

  it('leaves nothing behind where it fails in the middle, and succeeds when it is done again', () => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    const broken = join(scratch, 'broken.deb')
    const whole = readFileSync(v37)
    writeFileSync(broken, whole.subarray(0, whole.length - 4096))
    expect(dpkg('--install', broken).status).not.toBe(0)
    expect(etcds()).toEqual({ '3.6': 'etcd 3.6.16' })
    expect(diversions()).toBe('')
    install(v37)
    expect(etcds()).toEqual({ '3.6': 'etcd 3.6.16', '3.7': 'etcd 3.7.3' })
  })
})

describe('an upgrade of signet-etcd within a minor', () => {
  it('replaces the programs, and says that etcd is not restarted', () => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    expect(install(v36next)).toContain(
      'signet-etcd: etcd on this host becomes 3.6.17 when it starts next: systemctl restart etcd, one member at a time\n',
    )
    expect(etcds()).toEqual({ '3.6': 'etcd 3.6.17' })
  })

  it('says nothing where etcd is the same, or starts from elsewhere', () => {
    install(v36)
    runFrom('/usr/bin')
    expect(install(v36next)).not.toContain('signet-etcd: ')
    runFrom('/usr/lib/signet-etcd/3.6')
    expect(install(buildEtcdPackage('3.6.17', '0.2.0'))).not.toContain('signet-etcd: ')
  })
})

describe('a removal of signet-etcd', () => {
  it.each(['--remove', '--purge'])('is refused while etcd starts from it: %s', (action) => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    const { status, said } = dpkg(action, 'signet-etcd')
    expect(status).not.toBe(0)
    expect(said).toContain(
      'signet-etcd: error: etcd on this host starts from /usr/lib/signet-etcd/3.6: /etc/signet/etcd-bin leads there\n' +
        'signet-etcd: hint: move this member to other binaries first: signet etcd use DIRECTORY\n' +
        'signet-etcd: hint: where this host is no member any more: rm /etc/signet/etcd-bin\n',
    )
    expect(etcds()).toEqual({ '3.6': 'etcd 3.6.16' })
    expect(dpkg('--status', 'signet-etcd').said).toMatch(/^Status: .* ok installed$/m)
  })

  it('is refused while etcd starts from a minor that an upgrade left', () => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    install(v37)
    expect(dpkg('--purge', 'signet-etcd').said).toContain('starts from /usr/lib/signet-etcd/3.6')
    expect(Object.keys(etcds())).toEqual(['3.6', '3.7'])
  })

  it.each(['--remove', '--purge'])('takes everything away once the member has moved: %s', (action) => {
    install(v36)
    runFrom('/usr/lib/signet-etcd/3.6')
    install(v37)
    runFrom('/usr/bin')
    expect(dpkg(action, 'signet-etcd').status).toBe(0)
    expect(existsSync(ours)).toBe(false)
    expect(readlinkSync(link)).toBe('/usr/bin')
  })
})
