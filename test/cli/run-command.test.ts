import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const runScript = join(process.cwd(), 'scripts/run.mjs')
const scratchDir = mkdtempSync(join(tmpdir(), 'signet-run-'))
afterAll(() => rmSync(scratchDir, { recursive: true, force: true }))

function scratch(name: string, text: string): string {
  const file = join(scratchDir, name)
  writeFileSync(file, text)
  return file
}

const reporter = scratch(
  'report.mts',
  "console.log(process.pid, process.ppid, process.version)\nprocess.on('SIGTERM', () => process.exit(3))\n",
)
const waiter = scratch(
  'wait.mts',
  `const leave = (signal: string) => { console.log('got', signal); setTimeout(() => process.exit(7), 50) }
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, leave)
console.log(process.pid)
setInterval(() => {}, 1000)
`,
)

function startWaiter(environment: NodeJS.ProcessEnv = {}): ChildProcess {
  const args = [runScript, '--tools=none', waiter]
  return spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function firstLine(child: ChildProcess): Promise<string> {
  child.stdout?.setEncoding('utf8')
  const [text] = child.stdout === null ? [] : await once(child.stdout, 'data')
  return String(text).trim()
}

function isAlive(pid: number): boolean {
  try {
    // A zombie that its new parent has not collected yet is dead enough.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function untilDead(pid: number): Promise<boolean> {
  for (let left = 60; left > 0 && isAlive(pid); left--) await new Promise((resolve) => setTimeout(resolve, 50))
  return !isAlive(pid)
}

describe('scripts/run.mjs', () => {
  it('runs a script with the pinned Node, whatever Node it was started with', () => {
    const run = spawnSync(process.execPath, [runScript, '--tools=none', reporter], { encoding: 'utf8' })
    expect(run.stdout).toMatch(/ v24\.21\.0\n$/)
    expect(run.status).toBe(0)
  })

  it('says nothing of its own and ends with the status of the program', () => {
    const failing = scratch('fail.mts', "process.stdout.write('out')\nprocess.exitCode = 77\n")
    const run = spawnSync(process.execPath, [runScript, '--tools=none', failing], { encoding: 'utf8' })
    expect([run.status, run.stdout, run.stderr]).toEqual([77, 'out', ''])
  })

  it('hands on nothing that a shell has exported for another etcd', () => {
    const shown = scratch(
      'environment.mts',
      'console.log(Object.keys(process.env).filter((name) => /^ETCD/.test(name)))\n',
    )
    const env = {
      ...process.env,
      ETCDCTL_ENDPOINTS: 'x',
      ETCDCTL_API: '2',
      ETCD_NAME: 'x',
      ETCD_BINARY_DIR: '/opt/etcd',
    }
    const run = spawnSync(process.execPath, [runScript, '--tools=none', shown], { encoding: 'utf8', env })
    expect(run.stdout).toBe("[ 'ETCD_BINARY_DIR' ]\n")
  })

  it('ends with 128 and the signal that ended the program', () => {
    const killed = scratch('killed.mts', "process.kill(process.pid, 'SIGKILL')\n")
    const run = spawnSync(process.execPath, [runScript, '--tools=none', killed], { encoding: 'utf8' })
    expect(run.status).toBe(137)
  })

  it('refuses a call without a program, or with an unknown set of tools', () => {
    for (const args of [[], ['--tools=all', reporter]]) {
      const run = spawnSync(process.execPath, [runScript, ...args], { encoding: 'utf8' })
      expect([run.status, run.stdout]).toEqual([64, ''])
      expect(run.stderr).toMatch(/^set-up: usage: /)
    }
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`hands ${signal} on once and waits until the program has put things in order`, async () => {
      const child = startWaiter()
      await firstLine(child)
      const said: string[] = []
      child.stdout?.on('data', (text) => said.push(String(text)))
      child.kill(signal)
      child.kill(signal)
      const [status] = await once(child, 'close')
      expect([status, said.join('')]).toEqual([7, `got ${signal}\n`])
    })
  }

  it('leaves no program behind when it is killed with SIGKILL itself', async () => {
    const child = startWaiter()
    const pid = Number(await firstLine(child))
    child.kill('SIGKILL')
    expect(await untilDead(pid)).toBe(true)
  })

  for (const [between, shell] of [
    ['itself', []],
    ['with a shell between, as npx has it', ['sh', '-c', '"$@"; exit', 'sh']],
  ] as const) {
    it(`leaves no program behind when npm, its parent, is killed with SIGKILL, ${between}`, async () => {
      const command = [...shell, process.execPath, runScript, '--tools=none', waiter]
      const text = `import { spawn } from 'node:child_process'
const [file, ...args] = ${JSON.stringify(command)}
spawn(file, args, { stdio: 'inherit' })\n`
      const env = { ...process.env, npm_lifecycle_event: 'demo' }
      const npm = spawn(process.execPath, [scratch('npm.mjs', text)], { env, stdio: ['ignore', 'pipe', 'inherit'] })
      const pid = Number(await firstLine(npm))
      npm.kill('SIGKILL')
      expect(await untilDead(pid)).toBe(true)
    })
  }
})
