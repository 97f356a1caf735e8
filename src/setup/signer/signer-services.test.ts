import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { testWorld } from '../../../test/support/host/test-world.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import { signerFailure } from '../../client/ask/signer-failure.ts'
import { SignetError } from '../../core/signet-error.ts'
import { writeSignetYaml } from '../signer-configuration.ts'
import { startEndpoint } from './signer-services.ts'

const root = mkdtempSync(join(tmpdir(), 'signet-signer-'))
afterAll(() => rmSync(root, { recursive: true }))

/** A signer whose sshd answers calls so, one after the other, and then as the last. */
async function startAnswered(...words: readonly string[]) {
  const world = testWorld({ root, etcdPorts: { client: 0, peer: 0, metrics: 0 }, etcd: '/usr/bin' }, async () => '')
  await writeSignetYaml(world, 'controlPlaneNetworks: [192.0.2.0/24]\n')
  let calls = 0
  const ask: typeof world.ask = async (signer) => {
    const stderr = Buffer.from(words[Math.min(calls, words.length - 1)] ?? '')
    calls += 1
    throw signerFailure(signer, { how: 'exited', exitStatus: 255, stdout: Buffer.alloc(0), stderr }) ?? new Error()
  }
  const told: [string, number][] = []
  const listener = { waiting: (reason: string, leftMs = 0) => void told.push([reason, leftMs]) }
  const failure = await refusalOf(startEndpoint({ ...world, ask }, '192.0.2.11', listener))
  return { failure, calls, told }
}

// sshd from 9.8 on punishes each refusal by a while in which it says nothing (PerSourcePenalties), which hides the reason.
it.each([
  'signer@192.0.2.11: Permission denied (publickey).\n',
  'Received disconnect from 192.0.2.11 port 22:2: Too many authentication failures\n',
])('the call of init to itself stops at the first "Permission denied", and says so: %s', async (denied) => {
  const { failure, calls } = await startAnswered('Connection refused\n', denied, 'Connection reset by peer\n')
  expect(calls).toBe(2)
  expect(failure).toBeInstanceOf(SignetError)
  expect(failure.message).toMatch(/^the endpoint does not answer at 192\.0\.2\.11: .*(Permission denied|Too many auth)/)
  expect(failure.hint).toMatch(/journalctl -u ssh .*signet doctor/)
})

it('the call of init to itself tells, after a second, for how long at most it waits', async () => {
  const refused = Array.from({ length: 3 }, () => 'Connection refused\n')
  const { told } = await startAnswered(...refused, 'signer@192.0.2.11: Permission denied (publickey).\n')
  const [reason, leftMs] = told[0] ?? []
  expect(reason).toBe('it does not answer by SSH yet')
  expect(leftMs).toBeLessThan(30_000)
  expect(leftMs).toBeGreaterThan(0)
})
