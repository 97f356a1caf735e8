import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAlive, SandboxFixture } from '../support/host/sandbox-fixture.ts'
import type { ShellResult } from '../support/shell/shell.ts'

const ssh = 'ssh -F sandbox/ssh_config signer@leader'
const callers = 40
let sandbox: SandboxFixture

beforeEach(async () => {
  sandbox = new SandboxFixture()
})

afterEach(() => sandbox.stop())

async function startWithCsr(...args: readonly string[]): Promise<void> {
  await sandbox.start(...args)
  await sandbox.run(
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -subj /CN=kubemaster-1 -out client.csr',
  )
}

const issue = (): Promise<ShellResult> => sandbox.run(`base64 < client.csr | ${ssh} kubemaster-1`)

function journalledSerials(): ReadonlySet<string> {
  const text = readFileSync(join(sandbox.directory, 'journal/issued.jsonl'), 'utf8')
  const lines = text.split('\n').slice(0, -1)
  return new Set(lines.map((line): string => normalise(JSON.parse(line).serial)))
}

const normalise = (serial: string): string => serial.toLowerCase().replace(/^0+/, '')

describe('killed under load', () => {
  it.each(['endpoint', 'authority'] as const)(
    'the %s leaves no certificate behind that the journal does not hold',
    async (victim) => {
      await startWithCsr()
      const before = journalledSerials().size
      const calls = Array.from({ length: callers }, issue)
      // In the middle of it: some are signed, more are under way.
      await sandbox.until(() => journalledSerials().size > before + 2)
      process.kill(sandbox.description.pids[victim], 'SIGKILL')
      const results = await Promise.all(calls)
      const certificates = results.filter(({ status }) => status === 0).map(({ stdout }) => new X509Certificate(stdout))
      const journalled = journalledSerials()
      for (const { serialNumber } of certificates) expect(journalled).toContain(normalise(serialNumber))
      // With the authority gone, whoever was not served is told so, and has no half of a certificate.
      const failed = results.filter(({ status }) => status !== 0)
      if (victim === 'authority') for (const { status, stdout } of failed) expect([status, stdout]).toEqual([69, ''])
      else for (const { status } of failed) expect(status).toBe(255)
    },
    60_000,
  )
})

describe('etcd without quorum', () => {
  it('stops neither certificates nor the list of members, and nothing is left to do when it is back', async () => {
    await startWithCsr('--members', '2')
    const before = await sandbox.run(`${ssh} get-peers`)
    expect(before.stdout.trim().split('\n')).toHaveLength(2)
    const stopped = sandbox.description.members.slice(1).map(({ pid }) => pid)
    // Stopped and not killed: to the rest of the cluster it is the same, and the sandbox keeps them.
    for (const pid of stopped) process.kill(pid, 'SIGSTOP')
    try {
      expect((await issue()).status).toBe(0)
      expect(await sandbox.run(`${ssh} get-peers`)).toMatchObject({ status: 0, stdout: before.stdout })
      expect((await sandbox.run(`${ssh} get-status`)).status).toBe(0)
    } finally {
      for (const pid of stopped) process.kill(pid, 'SIGCONT')
    }
    await sandbox.until(async () => (await sandbox.run(`${ssh} get-topology`)).status === 0)
    expect(stopped.every(isAlive)).toBe(true)
  }, 120_000)
})

describe('file descriptors used up', () => {
  it('costs those who call meanwhile, not the process; the next are served', async () => {
    await startWithCsr()
    const { pids, ssh: place } = sandbox.description
    const openFiles = () => readdirSync(`/proc/${pids.endpoint}/fd`).length
    const limit = openFiles() + 20
    await sandbox.run(`prlimit --pid ${pids.endpoint} --nofile=${limit}`)
    const silent: Socket[] = []
    // Filled up again and again: some seconds after its start the endpoint closes connections to etcd that it needs no more.
    const isFull = (): boolean => {
      if (openFiles() >= limit - 1) return true
      silent.push(...[1, 2, 3].map(() => connect(place.port, place.host).on('error', () => {})))
      return false
    }
    await sandbox.until(async () => isFull() && (await issue()).status === 255)
    for (const socket of silent) socket.destroy()
    await sandbox.until(async () => (await issue()).status === 0)
    expect(isAlive(pids.endpoint)).toBe(true)
  }, 60_000)
})
