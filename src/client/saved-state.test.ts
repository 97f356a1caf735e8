import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../test/support/refusal.ts'
import { type LocalFiles, localFiles } from '../host/files/local-files.ts'
import { formatClientState, parseClientState } from './client-state.ts'
import { readState, saveState } from './saved-state.ts'

const text = formatClientState({
  version: 1,
  signer: { address: '192.0.2.11', knownHostsFile: '/known_hosts' },
  name: 'kubemaster-1',
  kind: 'client',
  paths: { key: '/k', certificate: '/c', ca: '/a' },
  endpoints: [],
})

function read(uid: number, mode: number, ownUid = 1000) {
  const look: LocalFiles['look'] = async (path) => {
    if (path === '/state/signet.json') return { kind: 'file', uid, mode, gid: 0, target: '' }
    return { kind: 'directory', uid: 0, mode: 0o755, gid: 0, target: '' }
  }
  const files: LocalFiles = { ...localFiles, look, read: async () => ({ text, uid, gid: 0, mode }) }
  return readState('/state/signet.json', { files, ownUid })
}

describe('saving', () => {
  it('removes what a killed process has left, and not what another is just writing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'signet-saved-'))
    const stateFile = join(directory, 'signet.json')
    const [old, fresh] = ['0123456789ab', 'ba9876543210'].map((random) => `${stateFile}.${random}.new`) as [
      string,
      string,
    ]
    for (const file of [old, fresh, `${stateFile}.new`]) writeFileSync(file, '')
    utimesSync(old, 0, 0)
    await saveState(stateFile, parseClientState(text, 'the state'), { files: localFiles })
    expect(readdirSync(directory).toSorted()).toEqual([
      'signet.json',
      'signet.json.ba9876543210.new',
      'signet.json.new',
    ])
    rmSync(directory, { recursive: true })
  })
})

describe('what a request has saved', () => {
  it.each([
    [1000, 0o600],
    [0, 0o644],
  ])('is read where it belongs to account %i and has mode %o', async (uid, mode) => {
    expect(await read(uid, mode)).toMatchObject({ name: 'kubemaster-1' })
  })

  it.each([
    [7, 0o600],
    [1000, 0o622],
    [0, 0o620],
  ])(
    'is not read where account %i, or others by mode %o, could make ssh read their configuration',
    async (uid, mode) => {
      const error = await refusalOf(() => read(uid, mode))
      expect(error).toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/^\/state\/signet\.json (belongs to account 7|can be changed by other)/),
      })
    },
  )
})
