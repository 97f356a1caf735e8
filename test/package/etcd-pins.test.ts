import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { requireGo } from '../../scripts/package/etcd/build-etcd.ts'
import {
  defaultMinor,
  listMinors,
  parseMinor,
  parseRelease,
  parseToolchain,
  readRelease,
} from '../../scripts/package/etcd/etcd-pins.ts'
import { parsePackageArguments } from '../../scripts/package/package-arguments.ts'

it('every minor that can be packaged pins a release of its own', () => {
  expect(listMinors()).toContain(defaultMinor)
  for (const minor of listMinors())
    expect(readRelease(minor)).toEqual({ minor, version: expect.stringMatching(`^${minor}\\.[0-9]+$`) })
})

it.each(['', '3.3', '3.6.16', '../x'])('a minor that is not pinned here is refused: %s', (text) => {
  expect(() => parseMinor(text)).toThrow(`--with-etcd is ${text}, and must be one of ${listMinors().join(', ')}`)
})

it('a go.mod of another minor, or of a version between releases, is refused', () => {
  const text = 'module x\nrequire (\n\tgo.etcd.io/etcd/server/v3 v3.6.16\n)\n'
  expect(parseRelease('3.6', text)).toEqual({ minor: '3.6', version: '3.6.16' })
  expect(() => parseRelease('3.7', text)).toThrow('requires no release 3.7 of')
  expect(() => parseRelease('3.6', text.replace('16', '17-0.20260101000000-abcdefabcdef'))).toThrow(
    'requires no release',
  )
})

it('etcd is built with the Go that its own go.mod names', () => {
  expect(parseToolchain('module x\n\ngo 1.26.0\n\ntoolchain go1.26.10\n')).toBe('go1.26.10')
  expect(parseToolchain('module x\n\ngo 1.24.9\n')).toBe('go1.24.9')
  expect(() => parseToolchain('module x\n\ngo 1.24\n')).toThrow('names neither a toolchain nor')
})

it('--with-etcd is the default minor, with a value another one, and may be given again', () => {
  expect(parsePackageArguments([]).withEtcd).toEqual([])
  expect(parsePackageArguments(['--with-etcd', '--out=x'])).toMatchObject({ withEtcd: [defaultMinor], out: 'x' })
  expect(parsePackageArguments(['--with-etcd=3.7', '--with-etcd', '--with-etcd=3.7']).withEtcd).toEqual([
    '3.7',
    defaultMinor,
  ])
  expect(() => parsePackageArguments(['--with-etcd', '3.7'])).toThrow('3.7')
  expect(() => parsePackageArguments(['--with-etcds'])).toThrow('--with-etcds')
})

it('without Go, or with one that is too old to fetch another, it is said what to do', async () => {
  const hint =
    'etcd is built from its Go modules: install Go 1.21 or later, or leave --with-etcd out and use the release files'
  await expect(requireGo(() => undefined)).rejects.toThrow(`there is no go on PATH nor in /usr/local/go/bin; ${hint}`)
  const directory = mkdtempSync(join(tmpdir(), 'signet-go-'))
  const sayVersion = (version: string): string => {
    const file = join(directory, version)
    writeFileSync(file, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 })
    return file
  }
  for (const version of ['go1.4', 'go1.19.8', 'go1.20.14'])
    await expect(requireGo(() => sayVersion(version))).rejects.toThrow(`${version} is ${version}; ${hint}`)
  for (const version of ['go1.21.0', 'go1.26.8', 'go1.30'])
    expect(await requireGo(() => sayVersion(version))).toBe(join(directory, version))
  rmSync(directory, { recursive: true })
})
