import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { localFiles } from '../../host/files/local-files.ts'
import { listCommandLines } from '../../host/programs/command-lines.ts'
import { type LocalApiserver, readApiservers } from './read-apiservers.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-apiserver-'))
afterAll(() => rmSync(directory, { recursive: true }))

const ownUid = process.geteuid?.() ?? 0
const server = 'https://192.0.2.11:2379'
const manifest = `spec: {containers: [{command: [kube-apiserver, "--etcd-servers=${server}"]}]}\n`
const world = {
  files: localFiles,
  ownUid,
  ownAddresses: () => [],
  listCommandLines: async () => [
    { pid: 7, words: ['/usr/bin/kube-apiserver', '--etcd-servers=https://192.0.2.12:2379'] },
  ],
}

let count = 0
function write(text: string, mode = 0o600): string {
  count += 1
  const path = join(directory, `${count}.yaml`)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

async function readOne(path: string): Promise<LocalApiserver | undefined> {
  const { found } = await readApiservers(world, path)
  expect(found.length).toBe(1)
  return found[0]
}

describe('readApiservers', () => {
  it('reads the manifest, and a process only where there is none', async () => {
    const path = write(manifest)
    expect(await readOne(path)).toMatchObject({ place: path, isManifest: true, flags: { servers: [server] } })
    expect(await readOne(join(directory, 'none'))).toMatchObject({
      place: 'process 7',
      isManifest: false,
      flags: { servers: ['https://192.0.2.12:2379'] },
    })
  })

  it('finds none on a host that has neither', async () => {
    const silent = { ...world, listCommandLines: async () => [{ pid: 8, words: ['kubelet'] }] }
    expect((await readApiservers(silent, join(directory, 'none'))).found).toEqual([])
  })

  it.each<[string, () => string, RegExp]>([
    ['that all can write', () => write(manifest, 0o666), /can be changed by other accounts/],
    ['without the flag', () => write('spec: {}'), /has no --etcd-servers that can be read/],
    ['that is larger than any', () => write(`${manifest}#${'x'.repeat(300_000)}`), /cannot be read/],
    ['that is a device', () => '/dev/zero', /cannot be read/],
    [
      'that leads to itself',
      () => {
        const path = join(directory, 'loop')
        symlinkSync(path, path)
        return path
      },
      /too many links/,
    ],
  ])('says why it does not read a manifest %s', async (_title, make, message) => {
    expect(await readOne(make())).toMatchObject({ failure: { message: expect.stringMatching(message) } })
  })
})

describe('listCommandLines', () => {
  it('finds a process of this account by what it was started with, and none of others', async () => {
    const words = ['kube-apiserver', '-c', 'read _; :', `--etcd-servers=${server}`]
    const child = spawn('/bin/sh', words.slice(1), { argv0: 'kube-apiserver', stdio: ['pipe', 'ignore', 'ignore'] })
    try {
      await once(child, 'spawn')
      expect(await listCommandLines([ownUid])).toContainEqual({ pid: child.pid, words })
      const others = await listCommandLines([4_000_000_000])
      expect(others).toEqual([])
    } finally {
      child.stdin?.end()
      await once(child, 'exit')
    }
  })
})
