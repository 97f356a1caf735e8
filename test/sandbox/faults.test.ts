import { spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAlive, pathWithTools, SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { ownMain } from '../support/shell/own-program.ts'

const ssh = 'ssh -F sandbox/ssh_config signer@leader'
let sandbox: SandboxFixture

beforeEach(async () => {
  sandbox = new SandboxFixture()
  await sandbox.start()
  await sandbox.run(
    'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -subj /CN=kubemaster-1 -out client.csr',
  )
})

afterEach(() => sandbox.stop())

const issue = () => sandbox.run(`base64 < client.csr | ${ssh} kubemaster-1`)

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL')
  await sandbox.until(() => !isAlive(pid))
}

function allPids(): number[] {
  const { members, pids } = sandbox.description
  return [...members.map(({ pid }) => pid), pids.authority, pids.endpoint]
}

describe('faults', () => {
  it('with etcd down: asking for members is answered 69, certificates are still given', async () => {
    await kill(sandbox.description.members[0]?.pid ?? -1)
    for (const word of ['get-peers', 'get-topology']) {
      const refused = await sandbox.run(`${ssh} ${word}`)
      expect(refused).toMatchObject({ status: 69, stdout: '', stderr: expect.stringMatching(/^signet: error: etcd/) })
    }
    expect((await issue()).status).toBe(0)
    expect((await sandbox.run(`${ssh} get-certificate`)).status).toBe(0)
  })

  it('with the authority down: certificates are answered 69, the rest goes on, and all is well when it is back', async () => {
    expect((await sandbox.run(`${ssh} get-peers`)).status).toBe(0)
    await kill(sandbox.description.pids.authority)
    expect(await issue()).toMatchObject({ status: 69, stdout: '', stderr: expect.stringContaining('authority') })
    expect((await sandbox.run(`${ssh} get-certificate`)).status).toBe(0)
    expect((await sandbox.run(`${ssh} get-peers`)).status).toBe(0)
    await withAuthority([], async () => expect((await issue()).status).toBe(0))
  })

  it('with the authority told to stop: it ends though the endpoint is connected, and another takes over', async () => {
    expect((await issue()).status).toBe(0)
    const { authority } = sandbox.description.pids
    process.kill(authority, 'SIGTERM')
    await sandbox.until(() => !isAlive(authority))
    await withAuthority([], async () => expect((await issue()).status).toBe(0))
  })

  it('with no space for the journal: nothing is signed (75), and signing goes on when there is space', async () => {
    const journal = join(sandbox.directory, 'journal/issued.jsonl')
    renameSync(journal, `${journal}.full`)
    symlinkSync('/dev/full', journal)
    expect(await issue()).toMatchObject({ status: 75, stdout: '', stderr: expect.stringContaining('journal') })
    rmSync(journal)
    expect((await issue()).status).toBe(0)
    expect(readFileSync(journal, 'utf8').trim().split('\n')).toHaveLength(1)
  })

  it('with the clock set back an hour: nothing is signed (75) until the clock is right', async () => {
    expect((await issue()).status).toBe(0)
    await kill(sandbox.description.pids.authority)
    await withAuthority(['faketime', '-f', '-3600'], async () => {
      expect(await issue()).toMatchObject({ status: 75, stdout: '', stderr: expect.stringContaining('clock') })
      expect((await sandbox.run(`${ssh} get-status`)).status).toBe(0)
    })
    await withAuthority([], async () => expect((await issue()).status).toBe(0))
  })

  it('a client that hangs up at any moment harms nobody', async () => {
    for (const moment of ['0.005', '0.01', '0.02', '0.03', '0.05']) {
      await sandbox.run(`{ base64 < client.csr; sleep 0.1; } | timeout -s KILL ${moment} ${ssh} kubemaster-1`)
    }
    expect((await issue()).status).toBe(0)
    expect(allPids().every(isAlive)).toBe(true)
  })
})

describe('the end of a sandbox', () => {
  it('comes with SIGTERM, and leaves no process and no sandbox.json', async () => {
    const pids = allPids()
    sandbox.child.kill('SIGTERM')
    await sandbox.until(() => sandbox.child.exitCode !== null)
    expect(sandbox.child.exitCode).toBe(0)
    expect(pids.filter(isAlive)).toEqual([])
    expect(existsSync(join(sandbox.directory, 'sandbox.json'))).toBe(false)
  })

  it('comes with SIGKILL too, and leaves no process', async () => {
    const pids = allPids()
    sandbox.child.kill('SIGKILL')
    await sandbox.until(() => !pids.some(isAlive))
  })
})

/** Another authority for the same directory, as systemd would start it, while `use` runs. */
async function withAuthority(prefix: readonly string[], use: () => Promise<void>): Promise<void> {
  const line = [...prefix, process.execPath, ownMain, 'authority', '--config', join(sandbox.directory, 'signet.yaml')]
  const [command = '', ...args] = line
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: pathWithTools },
  })
  const isReady = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('"ready"')) resolve()
    })
  })
  try {
    await isReady
    await use()
  } finally {
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
  }
}
