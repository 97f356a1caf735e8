import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { isAlive, SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { parseReport, requestCertificate, troubleIn } from '../support/host/sandbox-master.ts'

const sandbox = new SandboxFixture()
const whole = /^\s*(?:type:|next:|\S+$)/

/** Runs signet at a terminal of its own, so many columns wide; all that was written on it. */
async function writtenAt(columns: number, line: string, variables = ''): Promise<string> {
  const typed = `stty cols ${columns}; TERM=xterm ${variables} ${sandbox.signetLine(line)}`
  const { stdout } = await sandbox.run(`env -u NO_COLOR -u FORCE_COLOR script -qec '${typed}' /dev/null < /dev/null`)
  return stdout.replaceAll('\r\n', '\n').replaceAll('\u001b', '<ESC>')
}

/** The same, without the line that told of a wait. */
async function atTerminal(...typed: Parameters<typeof writtenAt>): Promise<string> {
  return (await writtenAt(...typed)).split('\r<ESC>[K').at(-1) ?? ''
}

describe.skipIf(findEtcd() === undefined)('at a terminal', () => {
  beforeAll(async () => {
    await sandbox.start('--members', '3')
    await requestCertificate(sandbox)
  }, 90_000)

  afterAll(() => sandbox.stop())

  it.each(['status', 'doctor', 'doctor --all'])(
    'signet %s fits 60 columns, and breaks at 20 no word',
    async (words) => {
      const plain = (await sandbox.signet(`${words} --dir master`)).stdout
      const urls = plain.match(/https:\/\/[^ ,)]+/g) ?? []
      for (const columns of [20, 60]) {
        const shown = await atTerminal(columns, `${words} --dir master --no-color`)
        const wide = shown.split('\n').filter((line) => columns === 60 && line.length > columns && !whole.test(line))
        expect(wide).toEqual([])
        const clients = urls.filter((url) => sandbox.description.members.some(({ clientUrl }) => clientUrl === url))
        for (const url of clients) expect(shown).toContain(url)
      }
    },
  )

  it('paints, but for --no-color, NO_COLOR and a dumb terminal', async () => {
    expect(await atTerminal(80, 'status --dir master')).toMatch(/^<ESC>\[32mwell<ESC>\[39m; /)
    expect(await atTerminal(80, 'status --dir master --no-color')).toMatch(/^well; /)
    expect(await atTerminal(80, 'status --dir master', 'NO_COLOR=1')).toMatch(/^well; /)
    expect(await atTerminal(80, 'status --dir master', 'TERM=dumb')).toMatch(/^well; /)
    expect((await sandbox.signet('status --dir master')).stdout).toMatch(/^well; /)
  })

  it('watches until Ctrl-C: each look in place of the one before, no taller than the terminal', {
    timeout: 60_000,
  }, async () => {
    const typed = `stty cols 80 rows 9; TERM=xterm ${sandbox.signetLine('status --dir master --watch --no-color')}`
    // The terminal of script hears of the interrupt as of a Ctrl-C typed.
    const shown = await sandbox.run(`{ sleep 14; printf '\\003'; sleep 1; } | script -qec '${typed}' /dev/null`)
    const screens = shown.stdout.replaceAll('\u001b', '<ESC>').split('<ESC>[H').slice(1)
    expect(screens.length).toBeGreaterThan(1)
    for (const screen of screens) {
      const lines = (screen.split('<ESC>[J')[0] ?? '').split('<ESC>[K\r\n')
      expect(lines[0]).toMatch(/^(?:well|broken|attention)[;:] /)
      expect(lines.length).toBeLessThanOrEqual(9)
    }
    expect(shown.stdout).toContain('signet: interrupted; nothing was changed')
  })

  it.each(['status', 'doctor', 'status --json', 'status --watch'])(
    'signet %s minds no reader that goes away',
    async (words) => {
      const { status, stdout, stderr } = await sandbox.run(`{ ${sandbox.signetLine(words)} --dir master; } | head -c 4`)
      expect([status, stderr]).toEqual([0, ''])
      expect(stdout).toHaveLength(4)
    },
  )
})

/** What hangs, with a function that lets it go on. */
type Hang = () => Promise<() => void>

const stopped = (...pids: readonly number[]): (() => void) => {
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT')
  }
}

const hangs: Readonly<Record<string, Hang>> = {
  'two members of etcd': async () => stopped(...sandbox.description.members.slice(0, 2).map(({ pid }) => pid)),
  'every member of etcd': async () => stopped(...sandbox.description.members.map(({ pid }) => pid)),
  'the authority': async () => stopped(sandbox.description.pids.authority),
  'the endpoint': async () => stopped(sandbox.description.pids.endpoint),
  'all of it': async () => {
    const { members, pids } = sandbox.description
    return stopped(...members.map(({ pid }) => pid), pids.authority, pids.endpoint)
  },
}

/** Runs signet and tells how long it took, as whoever waits for it sees it. */
async function timed(line: string) {
  const startedAtMs = performance.now()
  const result = await sandbox.signet(line)
  return { ...result, tookMs: performance.now() - startedAtMs }
}

const mostMs = 5000
const usualStartMs = 700

/** What a machine that does much else takes longer to start a program: that is not ours to promise. */
async function startLag(): Promise<number> {
  const { tookMs } = await timed('status --help')
  return Math.max(0, tookMs - usualStartMs) * 2
}

describe.skipIf(findEtcd() === undefined)('a host that hangs', () => {
  beforeAll(async () => {
    await sandbox.start('--members', '3')
    await requestCertificate(sandbox)
  }, 90_000)

  afterAll(() => sandbox.stop())

  describe.each(Object.entries(hangs))('in %s', (_what, hang) => {
    it.each([
      'status --sandbox sandbox --json',
      'doctor --sandbox sandbox --json',
      'status --dir master --json',
      'doctor --dir master --json',
    ])('has an answer of signet %s within five seconds', { timeout: 30_000 }, async (line) => {
      const goOn = await hang()
      try {
        const lagMs = await startLag()
        const { tookMs, ...result } = await timed(line)
        expect(parseReport(result)['state']).toMatch(/^(?:well|attention|broken)$/)
        expect(tookMs).toBeLessThan(mostMs + lagMs)
      } finally {
        goOn()
        await recovered()
      }
    })
  })

  it('answers also where the signer takes connections and says nothing', { timeout: 30_000 }, async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const lagMs = await startLag()
    for (const words of ['status', 'doctor']) {
      const { tookMs, ...result } = await timed(`${words} --dir master --signer-ip 127.0.0.1 --port ${port} --json`)
      expect(troubleIn(parseReport(result))).toContainEqual(expect.stringMatching(/^signer: /))
      expect(tookMs).toBeLessThan(mostMs + lagMs)
    }
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  it('says on a terminal what is waited for, and for how long at most', { timeout: 30_000 }, async () => {
    const goOn = stopped(...sandbox.description.members.map(({ pid }) => pid))
    const shown = await writtenAt(80, 'status --dir master --no-color').finally(goOn)
    expect(shown).toMatch(/\r<ESC>\[Ksignet: waiting for [a-z, ]*etcd: [1-4] s at most/)
    expect(shown).toMatch(/\r<ESC>\[K(?:broken|attention)[:;]/)
    await recovered()
  })

  it('interrupted while it waits, says what it leaves, and ends by the signal', { timeout: 30_000 }, async () => {
    const goOn = stopped(...sandbox.description.members.map(({ pid }) => pid))
    const [command = '', ...words] = sandbox.signetLine(`status --dir ${join(sandbox.workspace, 'master')}`).split(' ')
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    await delay(1500)
    child.kill('SIGINT')
    const [, signal] = await once(child, 'close')
    goOn()
    expect([signal, said]).toEqual(['SIGINT', 'signet: interrupted; nothing was changed\n'])
    expect(isAlive(child.pid ?? 0)).toBe(false)
    await recovered()
  })
})

async function recovered(): Promise<void> {
  await sandbox.until(
    async () => (await sandbox.signet('member list --sandbox sandbox')).stdout.match(/ healthy/g)?.length === 3,
  )
}
