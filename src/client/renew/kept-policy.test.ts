import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SignetError } from '../../core/signet-error.ts'
import { localFiles } from '../../host/files/local-files.ts'
import { keepPolicy, keptPolicyFile, readKeptPolicy } from './kept-policy.ts'

const pin = `SHA256:${'A'.repeat(64)}`
const policy = {
  networks: ['192.0.2.0/24', '2001:db8::/64'],
  clientLifetimeSeconds: 28_800,
  memberLifetimeSeconds: 7_776_000,
  members: { 'etcd-1': '192.0.2.11', 'etcd-2': '2001:db8::12' },
}
const signer = { address: '192.0.2.11', knownHostsFile: '/dev/null', hostKeyPolicy: 'report' } as const

let directory: string
let stateFile: string
let warnings: string[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-kept-'))
  stateFile = join(directory, 'signet.json')
  warnings = []
})
afterEach(() => rmSync(directory, { recursive: true }))

const ownUid = process.geteuid?.() ?? 0
const onWarning = (text: string): void => void warnings.push(text)

function keep(change: object, kind: 'member' | 'client' = 'member'): Promise<void> {
  const status = {
    time: '2031-01-01T00:00:00Z',
    ca: { pin, notAfter: '2041-01-01T00:00:00Z' },
    clientLifetimeSeconds: 1,
  }
  const ask = async (): Promise<string> => JSON.stringify({ ...status, policy, ...change })
  const clock = { now: () => Date.UTC(2031, 0, 1) }
  return keepPolicy({ kind, signer, pins: [`SHA256:${'C'.repeat(64)}`, pin] }, stateFile, {
    ask,
    files: localFiles,
    clock,
    onWarning,
  })
}

const read = () => readKeptPolicy(stateFile, { files: localFiles, ownUid, onWarning })

describe("a member's copy of the policy", () => {
  it('is what the signer told, with whom and when, for this account alone', async () => {
    await keep({})
    expect(await read()).toEqual({ time: '2031-01-01T00:00:00.000Z', signer: '192.0.2.11', policy })
    expect(statSync(keptPolicyFile(stateFile)).mode & 0o777).toBe(0o600)
    expect(warnings).toEqual([])
  })

  it.each<[string, object]>([
    ['no network', { networks: [] }],
    ['a network that is none', { networks: ['192.0.2.0/24', '0.0.0.0/0; rm -rf /'] }],
    ['more networks than anybody has', { networks: Array.from({ length: 65 }, () => '192.0.2.0/24') }],
    ['a lifetime of nothing', { clientLifetimeSeconds: 0 }],
    ['a lifetime for ever', { memberLifetimeSeconds: 1e12 }],
    ['a name with a terminal escape', { members: { 'etcd-\u001b[31m': '192.0.2.11' } }],
    ['an address in another form', { members: { 'etcd-1': '2001:db8:0::12' } }],
    [
      'members without end',
      { members: Object.fromEntries(Array.from({ length: 65 }, (_, id) => [`etcd-${id}`, '192.0.2.1'])) },
    ],
  ])('stays as it was where a signer tells %s', async (_, change) => {
    await keep({})
    const before = readFileSync(keptPolicyFile(stateFile), 'utf8')
    await keep({ policy: { ...policy, ...change } })
    expect(readFileSync(keptPolicyFile(stateFile), 'utf8')).toBe(before)
  })

  it('is not made from a signer of another CA, nor for a master', async () => {
    await keep({ ca: { pin: `SHA256:${'B'.repeat(64)}`, notAfter: '2041-01-01T00:00:00Z' } })
    await keep({}, 'client')
    expect(await read()).toBeUndefined()
  })

  it('is nothing that renewing depends on', async () => {
    const ask = () => Promise.reject(new SignetError('unavailable', 'the signer is away'))
    const world = { ask, files: localFiles, clock: { now: () => 0 }, onWarning }
    await keepPolicy({ kind: 'member', signer, pins: [pin] }, stateFile, world)
    expect(warnings).toEqual([expect.stringContaining('the signer is away')])
  })

  it('is not read where another account could have written it, or where it is damaged', async () => {
    await keep({})
    chmodSync(keptPolicyFile(stateFile), 0o666)
    expect(await read()).toBeUndefined()
    for (const text of ['{', '{}', JSON.stringify({ time: '\u001b', signer: 'x', policy })]) {
      writeFileSync(keptPolicyFile(stateFile), text)
      chmodSync(keptPolicyFile(stateFile), 0o600)
      expect(await read()).toBeUndefined()
    }
    expect(warnings).toHaveLength(4)
  })
})
