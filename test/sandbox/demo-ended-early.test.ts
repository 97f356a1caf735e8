import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waitUntil } from '../../src/host/wait-until.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { isAlive, pathWithTools } from '../support/host/sandbox-fixture.ts'

const program = join(import.meta.dirname, '../../demo/main.ts')

let temporary = ''
beforeEach(() => {
  temporary = mkdtempSync(join(realpathSync(tmpdir()), 'signet-test-'))
})
afterEach(() => rmSync(temporary, { recursive: true, force: true }))

function until<Value>(ask: () => Value | false | undefined, what: string): Promise<Value> {
  return waitUntil(ask, { timeoutMs: 20_000, failure: () => new Error(`waited in vain for ${what}`) as never })
}

/** The demo, once its first sandbox has an etcd; and all processes that the sandbox has by then, itself included. */
async function startDemo(): Promise<{ demo: ChildProcess; pids: readonly number[] }> {
  const demo = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PATH: pathWithTools, TMPDIR: temporary },
  })
  await until(() => globSync(join(temporary, 'signet-demo-*/sandbox/logs/etcd-1.log'))[0], 'etcd')
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== demo.pid && commandLine(name).includes(temporary))
    .map(Number)
  return { demo, pids }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

describe.skipIf(findEtcd() === undefined)('the demo, ended in the middle', () => {
  it.each([
    ['SIGINT', (demo: ChildProcess) => demo.kill('SIGINT')],
    ['SIGTERM', (demo: ChildProcess) => demo.kill('SIGTERM')],
    ['SIGKILL', (demo: ChildProcess) => demo.kill('SIGKILL')],
    ['a reader that goes away', (demo: ChildProcess) => demo.stdout?.destroy()],
  ] as const)(
    'by %s leaves no process and no file behind',
    async (_, end) => {
      const { demo, pids } = await startDemo()
      expect(pids.length).toBeGreaterThan(1)
      const ended = once(demo, 'exit')
      end(demo)
      await ended
      await until(() => pids.filter(isAlive).length === 0, 'processes to end')
      await until(() => readdirSync(temporary).length === 0, 'the directory to go')
    },
    40_000,
  )
})
