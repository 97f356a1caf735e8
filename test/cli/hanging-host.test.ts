import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { everyPart, expectSoonAnswered, recovered, stopped } from '../support/host/hanging-parts.ts'
import { isAlive, SandboxFixture } from '../support/host/sandbox-fixture.ts'
import { requestCertificate, troubleIn } from '../support/host/sandbox-master.ts'
import { writtenAt } from '../support/host/sandbox-terminal.ts'

const sandbox = new SandboxFixture()

// Each part of it alone: hanging-parts.slow.test.ts.
describe.skipIf(findEtcd() === undefined)('a host on which all hangs', () => {
  beforeAll(async () => {
    await sandbox.start('--members', '3')
    await requestCertificate(sandbox)
  }, 90_000)

  afterAll(() => sandbox.stop())

  it('has an answer of status and doctor within five seconds, on the signer and on a master', {
    timeout: 30_000,
  }, async () => {
    await expectSoonAnswered(sandbox, { hang: () => stopped(...everyPart(sandbox)) })
    await recovered(sandbox)
  })

  it('answers also where the signer takes connections and says nothing', { timeout: 30_000 }, async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const place = `--dir master --signer-ip 127.0.0.1 --port ${port}`
    const reports = await expectSoonAnswered(sandbox, { lines: [`status ${place}`, `doctor ${place}`] })
    for (const report of reports) expect(troubleIn(report)).toContainEqual(expect.stringMatching(/^signer: /))
    await sandbox.run(
      `cp -r master slow; printf 'Host signer\\n HostName 127.0.0.1\\n Port ${port}\\n' > slow/config
      sed -i 's,/master/,/slow/,; s,"[^"]*/ssh_config","${sandbox.workspace}/slow/config",' slow/signet.json`,
    )
    const shown = await writtenAt(sandbox, 80, 'renew --dir slow --force', 'timeout --foreground -s INT 3')
    expect(shown).toMatch(/\r<ESC>\[Ksignet: waiting for the signer signer: 29 s at most/)
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  it('says on a terminal what is waited for, and for how long at most', { timeout: 30_000 }, async () => {
    const goOn = stopped(...sandbox.description.members.map(({ pid }) => pid))
    const [shown, listed] = await Promise.all(
      ['status --dir master --no-color', 'member list --sandbox sandbox'].map((line) => writtenAt(sandbox, 80, line)),
    ).finally(goOn)
    expect(shown).toMatch(/\r<ESC>\[Ksignet: waiting for [a-z, ]*etcd: [1-4] s at most/)
    expect(shown).toMatch(/\r<ESC>\[K(?:broken|attention)[:;]/)
    expect(listed).toMatch(/\r<ESC>\[Ksignet: waiting for etcd: [1-4] s at most[\s\S]*\r<ESC>\[Ksignet: error: etcd at/)
    await recovered(sandbox)
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
    await recovered(sandbox)
  })
})
