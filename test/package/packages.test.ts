import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { buildProgram } from '../../src/cli/program.ts'
import { version } from '../../src/core/version.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { packageFile } from './package-file.ts'

const names = ['signet', 'signet-server', ...(inject('withEtcd') ? ['signet-etcd'] : [])]
const scratch = mkdtempSync(join(tmpdir(), 'signet-packages-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function dpkgDeb(...args: readonly string[]): Buffer {
  return execFileSync('dpkg-deb', args, { maxBuffer: 1e9 })
}

const field = (name: string, wanted: string): string => dpkgDeb('--field', packageFile(name), wanted).toString().trim()

interface Entry {
  readonly mode: string
  readonly owner: string
  readonly path: string
}

function readEntries(name: string): readonly Entry[] {
  const lines = dpkgDeb('--contents', packageFile(name)).toString().trimEnd().split('\n')
  return lines.map((line) => {
    const [mode = '', owner = '', , , , ...path] = line.split(/\s+/)
    return { mode, owner, path: path.join(' ').replace(/^\./, '') }
  })
}

const pathsIn = (name: string): readonly string[] =>
  readEntries(name).flatMap(({ path }) => (path.endsWith('/') ? [] : [path]))

describe.each(names)('the package %s', (name) => {
  it('holds files of root that nobody else may change', () => {
    for (const { mode, owner, path } of readEntries(name)) {
      expect([path, owner]).toEqual([path, 'root/root'])
      if (!mode.startsWith('l'))
        expect([path, mode]).toEqual([path, expect.stringMatching(/^[-d]r[w-][x-]r-[x-]r-[x-]$/)])
    }
  })

  it('brings nothing below /etc, /var or /root: what is there is the host’s own', () => {
    expect(pathsIn(name).filter((path) => !path.startsWith('/usr/'))).toEqual([])
  })

  it('is the same, byte by byte, however often and by whom it is built', () => {
    const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')
    expect(hash(packageFile(name, inject('rebuilt')))).toBe(hash(packageFile(name)))
  })

  it('has maintainer scripts that a shell understands, and that stop at a failure', () => {
    const directory = join(scratch, name)
    dpkgDeb('--control', packageFile(name), directory)
    const scripts = readdirSync(directory).filter((file) => /^(pre|post)(inst|rm)$/.test(file))
    expect(scripts).toContain('postinst')
    for (const script of scripts) {
      const file = join(directory, script)
      expect(spawnSync('sh', ['-n', file]).status, script).toBe(0)
      expect(readFileSync(file, 'utf8'), script).toMatch(/^#!\/bin\/sh\nset -e\n/)
    }
  })
})

it('signet brings all that a master needs: the program, its timers, and a page for each command', () => {
  const commands = buildProgram(() => Promise.resolve()).commands.map((command) => command.name())
  const paths = pathsIn('signet')
  expect(paths.filter((path) => path.startsWith('/usr/bin/'))).toEqual(['/usr/bin/signet'])
  expect(paths.filter((path) => path.includes('/systemd/')).map((path) => path.replace(/^.*\//, ''))).toEqual([
    'signet-metrics-extract.service',
    'signet-metrics.service',
    'signet-metrics.timer',
    'signet-renew.service',
    'signet-renew.timer',
    'signet-renew@.service',
    'signet-renew@.timer',
  ])
  expect(paths.filter((path) => path.startsWith('/usr/share/signet/'))).toEqual([
    '/usr/share/signet/grafana/signet.json',
    '/usr/share/signet/prometheus/signet.rules.yml',
    '/usr/share/signet/prometheus/signet.test.yml',
  ])
  const pages = paths.filter((path) => path.startsWith('/usr/share/man/')).map((path) => path.replace(/^.*\//, ''))
  const expected = ['signet', ...commands.map((command) => `signet-${command}`)].map((page) => `${page}.1.gz`)
  expect(pages.toSorted()).toEqual([...expected, 'signet.yaml.5.gz', 'snapshot.yaml.5.gz'].toSorted())
  expect(field('signet', 'Depends')).toMatch(/^libc6 \(>= 2\.\d+\), libstdc\+\+6 \(>= \d+\), openssh-client$/)
})

it('signet-server brings all that an etcd host needs besides', () => {
  expect(
    pathsIn('signet-server')
      .filter((path) => !path.startsWith('/usr/share/doc/'))
      .toSorted(),
  ).toEqual([
    '/usr/bin/signet-relay -> signet',
    '/usr/lib/systemd/system/signet-authority.service',
    '/usr/lib/systemd/system/signet-authority.socket',
    '/usr/lib/systemd/system/signet-endpoint.service',
    '/usr/lib/systemd/system/signet-endpoint.socket',
    '/usr/lib/systemd/system/signet-snapshot-copy.service',
    '/usr/lib/systemd/system/signet-snapshot-copy.timer',
    '/usr/lib/systemd/system/signet-snapshot-drill.service',
    '/usr/lib/systemd/system/signet-snapshot-drill.timer',
    '/usr/lib/systemd/system/signet-snapshot-stage.service',
    '/usr/lib/systemd/system/signet-snapshot.service',
    '/usr/lib/systemd/system/signet-snapshot.timer',
    '/usr/lib/sysusers.d/signet-server.conf',
    '/usr/share/pam-configs/signet-server',
    '/usr/share/signet/etcd.service',
    '/usr/share/signet/etcd.service.d/signet.conf',
    '/usr/share/signet/first-boot.sh',
  ])
  const depends = field('signet-server', 'Depends').split(', ')
  expect(depends).toEqual(expect.arrayContaining([`signet (= ${version})`, 'openssh-server']))
  expect(depends.filter((name) => name.includes('etcd'))).toEqual([])
  expect(field('signet-server', 'Recommends')).toBe('signet-etcd | etcd-server, signet-etcd | etcd-client')
})

// What is built for the tests is not compressed.
const uncompressed = ['control', 'data'].flatMap((part) => [
  '--suppress-tags',
  `uses-no-compression-for-${part}-tarball`,
])

describeWith('lintian', 'lintian', () => {
  it.each(names)('finds no error in %s', (name) => {
    const args = ['--allow-root', '--fail-on', 'error', '--tag-display-limit', '0', ...uncompressed, packageFile(name)]
    const { status, stdout, stderr } = spawnSync('lintian', args, { encoding: 'utf8' })
    expect([status, stdout.split('\n').filter((line) => line.startsWith('E:')), stderr]).toEqual([0, [], ''])
  })
})
