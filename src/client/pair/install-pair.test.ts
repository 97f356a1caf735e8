import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Fault } from '../../../test/support/disk/fault.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import { type LocalFiles, localFiles } from '../../host/files/local-files.ts'
import type { PairPaths } from '../../host/pair-paths.ts'
import { installPair, type NewPair } from './install-pair.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-install-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

let count = 0
function newPaths(): PairPaths {
  count += 1
  const directory = join(base, `${count}`)
  const certificate = join(directory, 'crt')
  return { key: join(directory, 'key'), certificate, ca: join(directory, 'etcd', 'ca') }
}

const tools = { files: localFiles, owner: undefined }
const oldPair: NewPair = { keyPem: 'old key', certificatePem: 'old certificate', caPem: 'ca' }
const newPair: NewPair = { keyPem: 'new key', certificatePem: 'new certificate', caPem: 'ca' }

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** What etcd or kube-apiserver would find at this very moment. */
function readPair({ key, certificate }: PairPaths): readonly (string | undefined)[] {
  return [read(key), read(certificate)]
}

/** A fresh installation to start from. */
type Start = (paths: PairPaths) => Promise<void> | void

const starts: Readonly<Record<string, Start>> = {
  nothing: () => {},
  'a pair': (paths) => installPair(paths, oldPair, tools),
  'a key alone': ({ key }) => {
    mkdirSync(join(key, '..'), { recursive: true })
    writeFileSync(key, 'old key', { mode: 0o600 })
  },
  'a certificate alone': ({ certificate }) => {
    mkdirSync(join(certificate, '..'), { recursive: true })
    writeFileSync(certificate, 'old certificate')
  },
}

describe('installing a pair', () => {
  for (const [name, start] of Object.entries(starts)) {
    it(`over ${name} leaves the new pair, its modes, and nothing else`, async () => {
      const paths = newPaths()
      await start(paths)
      await installPair(paths, newPair, tools)
      expect(readPair(paths)).toEqual(['new key', 'new certificate'])
      expect([paths.key, paths.certificate, paths.ca].map((path) => statSync(path).mode & 0o777)).toEqual([
        0o600, 0o644, 0o644,
      ])
      expect(readdirSync(join(paths.key, '..')).toSorted()).toEqual(['crt', 'etcd', 'key'])
    })
  }

  it('gives the files to their owner', async () => {
    const chowned: unknown[] = []
    const files: LocalFiles = {
      ...localFiles,
      write: async (path, text, settings) => {
        chowned.push(settings)
        await localFiles.write(path, text, { mode: settings.mode })
      },
      makeDirectory: (path) => localFiles.makeDirectory(path, { mode: 0o755 }),
    }
    const owner = { uid: 123, gid: 456 }
    await installPair(newPaths(), newPair, { files, owner })
    expect(chowned).toEqual([
      { mode: 0o600, owner },
      { mode: 0o644, owner },
      { mode: 0o644, owner },
    ])
  })

  it('never replaces an installed CA', async () => {
    const paths = newPaths()
    await installPair(paths, oldPair, tools)
    await installPair(paths, { ...newPair, caPem: 'another ca' }, tools)
    expect(read(paths.ca)).toBe('ca')
  })
})

// What a kill or a power cut leaves at each system call: test/client/power-cut.test.ts.
describe.each(['fail-once', 'fail-on'] as const)('a disk that refuses a step (%s)', (how) => {
  it('leaves a pair that matches, and reports the failure unless the new pair is in effect', async () => {
    for (let call = 1; ; call++) {
      const paths = newPaths()
      await installPair(paths, oldPair, tools)
      const fault = new Fault({ call, when: 'before', how })
      const files = fault.wrap('files', localFiles)
      const failure = await installPair(paths, newPair, { files, owner: undefined }).then(
        () => undefined,
        (error: unknown) => error,
      )
      const expected = failure === undefined ? ['new key', 'new certificate'] : ['old key', 'old certificate']
      expect(readPair(paths)).toEqual(expected)
      if (fault.struck === undefined) break
    }
  })

  it('is reported for what it is where the new certificate is in effect all the same', async () => {
    const paths = newPaths()
    await installPair(paths, oldPair, tools)
    const write: LocalFiles['write'] = async (path, text, settings) => {
      await localFiles.write(path, text, settings)
      if (path === paths.certificate) throw Object.assign(new Error('EIO'), { code: 'EIO' })
    }
    const renewal = { ...oldPair, keyPem: undefined, certificatePem: 'renewed' }
    const failing = installPair(paths, renewal, { files: { ...localFiles, write }, owner: undefined })
    await expect(failing).rejects.toMatchObject({
      code: 'configuration',
      message: `${paths.certificate} is the new one, but a power cut may bring the old one back`,
      hint: expect.not.stringContaining('no new certificate'),
    })
    expect(read(paths.certificate)).toBe('renewed')
  })

  it('is reported with what is in effect only where that was read', async () => {
    const paths = newPaths()
    await installPair(paths, oldPair, tools)
    const fail = () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' }))
    const failing = { ...localFiles, write: fail }
    const known = await refusalOf(() => installPair(paths, newPair, { files: failing, owner: undefined }))
    expect(known.hint).toMatch(/^no new certificate is in effect; see: df /)
    const unread = { ...failing, read: fail }
    const unknown = await refusalOf(() => installPair(paths, newPair, { files: unread, owner: undefined }))
    expect(unknown.hint).toMatch(/^see: df /)
    expect(readPair(paths)).toEqual(['old key', 'old certificate'])
  })

  it('is reported with its reason', async () => {
    const write = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    const failing = installPair(newPaths(), newPair, { files: { ...localFiles, write }, owner: undefined })
    await expect(failing).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('no space is left'),
      hint: expect.stringContaining('df '),
    })
  })
})
