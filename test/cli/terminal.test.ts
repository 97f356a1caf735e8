import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { requestCertificate } from '../support/host/sandbox-master.ts'
import { atTerminal } from '../support/host/sandbox-terminal.ts'

const sandbox = new SandboxFixture()
const whole = /^\s*(?:type:|next:|\S+$)/

describe.skipIf(findEtcd() === undefined)('at a terminal', () => {
  beforeAll(async () => {
    await sandbox.start('--members', '3')
    await requestCertificate(sandbox)
  }, 90_000)

  afterAll(() => sandbox.stop())

  it.each(['status --dir master', 'doctor --dir master', 'doctor --dir master --all', 'member list --sandbox sandbox'])(
    'signet %s fits 60 columns, and breaks at 20 no word',
    async (words) => {
      const plain = (await sandbox.signet(words)).stdout
      const urls = plain.match(/https:\/\/[^ ,)]+/g) ?? []
      for (const columns of [20, 60]) {
        const shown = await atTerminal(sandbox, columns, words, 'NO_COLOR=1')
        const wide = shown.split('\n').filter((line) => columns === 60 && line.length > columns && !whole.test(line))
        expect(wide).toEqual([])
        const clients = urls.filter((url) => sandbox.description.members.some(({ clientUrl }) => clientUrl === url))
        for (const url of clients) expect(shown).toContain(url)
      }
    },
  )

  it('paints, but for --no-color, NO_COLOR and a dumb terminal', async () => {
    expect(await atTerminal(sandbox, 80, 'status --dir master')).toMatch(/^<ESC>\[32mwell<ESC>\[39m; /)
    expect(await atTerminal(sandbox, 80, 'status --dir master --no-color')).toMatch(/^well; /)
    expect(await atTerminal(sandbox, 80, 'status --dir master', 'NO_COLOR=1')).toMatch(/^well; /)
    expect(await atTerminal(sandbox, 80, 'status --dir master', 'TERM=dumb')).toMatch(/^well; /)
    expect((await sandbox.signet('status --dir master')).stdout).toMatch(/^well; /)
  })

  it('watches until Ctrl-C: each look in place of the one before, no taller than the terminal', {
    timeout: 60_000,
  }, async () => {
    const typed = `stty cols 80 rows 9; TERM=xterm ${sandbox.signetLine('status --dir master --watch --no-color')}`
    // The terminal of script hears of the interrupt as of a Ctrl-C typed.
    const seenTwice = `until [ "$(grep -ao '\\[H' watched | wc -l)" -ge 2 ]; do sleep 0.2; done`
    const shown = await sandbox.run(`{ ${seenTwice}; printf '\\003'; sleep 1; } | script -qfec '${typed}' watched`)
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
