import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { defaultMinor, readRelease } from '../../scripts/package/etcd/etcd-pins.ts'
import { findGo } from '../../scripts/set-up/other-versions/go-toolchain.mjs'
import { packageFile } from './package-file.ts'

const scratch = mkdtempSync(join(tmpdir(), 'signet-etcd-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const { version } = readRelease(defaultMinor)

describe.runIf(inject('withEtcd'))('the package signet-etcd', () => {
  const root = join(scratch, 'root')
  const programs = join(root, 'usr/lib/signet-etcd', defaultMinor)
  const documents = join(root, 'usr/share/doc/signet-etcd')
  if (inject('withEtcd')) execFileSync('dpkg-deb', ['--extract', packageFile('signet-etcd'), root])

  it('has three programs that say which etcd they are, and that no commit is known', () => {
    expect(readdirSync(programs)).toEqual(['etcd', 'etcdctl', 'etcdutl'])
    const said = (program: string, ...args: readonly string[]): string =>
      execFileSync(join(programs, program), args, { encoding: 'utf8', env: {} })
    expect(said('etcd', '--version')).toMatch(
      new RegExp(
        `^etcd Version: ${version}\nGit SHA: not known \\(built from Go modules\\)\nGo Version: go[0-9.]+\nGo OS/Arch: linux/amd64\n$`,
      ),
    )
    expect(said('etcdctl', 'version')).toContain(`etcdctl version: ${version}\n`)
    expect(said('etcdutl', 'version')).toContain(`etcdutl version: ${version}\n`)
  })

  it('needs no library, and depends on no package', () => {
    for (const program of readdirSync(programs)) {
      const { stdout } = spawnSync('readelf', ['--program-headers', '--dynamic', join(programs, program)], {
        encoding: 'utf8',
      })
      expect([program, stdout.includes('LOAD'), /INTERP|NEEDED/.test(stdout)]).toEqual([program, true, false])
      expect(statSync(join(programs, program)).mode & 0o7777).toBe(0o755)
    }
    const depends = execFileSync('dpkg-deb', ['--field', packageFile('signet-etcd'), 'Depends'], { encoding: 'utf8' })
    expect(depends.trim()).toBe('')
  })

  it('names no directory of whoever built it', () => {
    const out = inject('packages')
    for (const program of readdirSync(programs)) {
      const content = readFileSync(join(programs, program))
      expect([program, content.includes('signet.internal/etcd'), content.includes(out)]).toEqual([
        program,
        program !== 'etcdutl',
        false,
      ])
    }
  })

  // What is linked, as the programs themselves tell: another list than that which the licences were gathered by.
  it('brings a licence of every module that is linked, and of Go itself', () => {
    const copyright = readFileSync(join(documents, 'copyright'), 'utf8')
    const linked = readdirSync(programs).flatMap((program) => readModules(join(programs, program)))
    expect(new Set(linked).size).toBeGreaterThan(60)
    for (const module of new Set(linked)) {
      expect(copyright).toContain(`\n${module.replace('@', ' ')}\n`)
      expect([
        module,
        readdirSync(join(documents, 'licences', module)).some((name) => /^licen|^copying/i.test(name)),
      ]).toEqual([module, true])
    }
    expect(copyright).toMatch(
      /\nGo standard library go[0-9.]+\n {2}Copyright 2009 The Go Authors\.\n {2}License: BSD-3-Clause\n/,
    )
  })
})

/** `go version -m`: path and version of each module of a program, the main one of ours aside. */
function readModules(program: string): readonly string[] {
  const said = execFileSync(findGo() ?? 'go', ['version', '-m', program], { encoding: 'utf8', maxBuffer: 1e7 })
  const modules = [...said.matchAll(/^\t(?:mod|dep)\t(\S+)\t(v\S+)/gm)].map(([, path, version]) => `${path}@${version}`)
  return modules.filter((module) => !module.startsWith('signet.internal/'))
}
