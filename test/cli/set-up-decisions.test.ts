import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { aptConfig } from '../../scripts/set-up/debian/apt-config.mjs'
import {
  downloadNames,
  parseSimulatedInstall,
  parseWholeInstall,
} from '../../scripts/set-up/debian/simulated-install.mjs'
import { missingNpmPackages } from '../../scripts/set-up/missing-npm-packages.mjs'
import { wrapperScript } from '../../scripts/set-up/tools/wrapper-script.mjs'

describe('what apt-get would install', () => {
  const output = [
    'NOTE: This is only a simulation!',
    'Inst libssl3 [3.0.15-1] (3.0.17-1~deb12u2 Debian:12.12/oldstable, Debian-Security:12/oldstable-security [amd64])',
    'Inst etcd-server (3.4.23-4+b4 Debian:12.15/oldstable [amd64])',
    'Inst runit-helper (2.15.2 Debian:12.15/oldstable [all])',
    'Inst openssh-client [1:9.2p1-2+deb12u6] (1:9.2p1-2+deb12u10 Debian:12.15/oldstable [amd64]) []',
    'Inst libc6 [2.36-9] (2.36-10 Debian:12.15/oldstable [amd64])',
    'Conf etcd-server (3.4.23-4+b4 Debian:12.15/oldstable [amd64])',
  ].join('\n')
  const packages = parseSimulatedInstall(output)

  it('is read with versions, upgrades included', () => {
    expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'libssl3 3.0.17-1~deb12u2',
      'etcd-server 3.4.23-4+b4',
      'runit-helper 2.15.2',
      'openssh-client 1:9.2p1-2+deb12u10',
    ])
  })

  it('is downloaded in exactly those versions, with packages that are installed but lack their program', () => {
    expect(downloadNames(['etcd-server', 'libfaketime'], packages)).toEqual([
      'libssl3:amd64=3.0.17-1~deb12u2',
      'etcd-server:amd64=3.4.23-4+b4',
      'runit-helper=2.15.2',
      'openssh-client:amd64=1:9.2p1-2+deb12u10',
      'libfaketime',
    ])
  })

  it('never includes the C library, which does not start beside another loader', () => {
    expect(packages.map(({ name }) => name)).not.toContain('libc6')
  })

  it('includes the C library where all is to stand alone', () => {
    expect(parseWholeInstall(output)).toContainEqual({ name: 'libc6', version: '2.36-10', architecture: 'amd64' })
  })
})

describe('whether node_modules is what the lockfile says', () => {
  const lockfile = {
    packages: {
      '': { name: 'signet' },
      'node_modules/yaml': { version: '2.9.1', integrity: 'sha512-a' },
      'node_modules/for-another-system': { version: '1.0.0', optional: true },
    },
  }
  const installed = (version: string, integrity: string) => ({
    packages: { 'node_modules/yaml': { version, integrity } },
  })

  it('is so when every package that this system takes is there', () => {
    expect(missingNpmPackages(lockfile, installed('2.9.1', 'sha512-a'))).toEqual([])
  })

  it('is not so when a version or a hash differs, or npm left no list', () => {
    for (const found of [installed('2.9.0', 'sha512-a'), installed('2.9.1', 'sha512-b'), {}, undefined, null]) {
      expect(missingNpmPackages(lockfile, found)).toEqual(['node_modules/yaml'])
    }
  })
})

describe('the wrapper of an unpacked tool', () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'signet cache-'))
  afterAll(() => rmSync(cacheDir, { recursive: true, force: true }))

  function runWrapped(environment: Readonly<Record<string, string>>, libraryDirs: readonly string[]): string[] {
    mkdirSync(join(cacheDir, 'packages-1'), { recursive: true })
    mkdirSync(join(cacheDir, 'bin'), { recursive: true })
    const tool = join(cacheDir, 'packages-1/tool')
    writeFileSync(tool, '#!/bin/sh\necho "$LD_LIBRARY_PATH"\nprintf "%s\\n" "$@"\n')
    const wrapper = join(cacheDir, 'bin/tool')
    writeFileSync(wrapper, wrapperScript({ name: 'tool', root: 'packages-1', file: 'tool', libraryDirs }))
    for (const file of [tool, wrapper]) chmodSync(file, 0o755)
    const env = { PATH: '/usr/bin:/bin', ...environment }
    return execFileSync(wrapper, ['two words', '$(x)'], { env, encoding: 'utf8' }).trimEnd().split('\n')
  }

  it('hands on its arguments as they are, in a directory with a space in its name', () => {
    expect(runWrapped({}, [])).toEqual(['', 'two words', '$(x)'])
  })

  it('never puts the current directory on the path of libraries (an attacker could place one there)', () => {
    const path = runWrapped({}, ['usr/lib'])[0]?.split(':') ?? []
    expect(path).toEqual([`${cacheDir}/bin/../packages-1/usr/lib`])
  })

  it("keeps the caller's libraries after its own", () => {
    expect(runWrapped({ LD_LIBRARY_PATH: '/own' }, ['usr/lib'])[0]).toMatch(/packages-1\/usr\/lib:\/own$/)
  })
})

describe("apt's settings", () => {
  const config = aptConfig({ stateDir: '/checkout/.cache/apt', lists: '/checkout/.cache/apt/lists' })

  it('write nowhere but below the cache', () => {
    const dirs = [...config.matchAll(/^Dir::(\S+) "([^"]*)";$/gm)].filter(([, name]) => name !== 'State::status')
    expect(dirs.length).toBeGreaterThan(3)
    expect(dirs.every(([, , dir]) => dir?.startsWith('/checkout/.cache/'))).toBe(true)
  })

  it('leave signatures and sources as the system has them', () => {
    expect(config).not.toMatch(/AllowUnauthenticated|Insecure|Trusted|Dir::Etc/i)
  })
})
