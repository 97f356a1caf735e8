import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { LostHost } from '../support/etcd/lost-host.ts'
import { SignerProcesses } from '../support/signer/signer-processes.ts'
import { askWord, logInOver, openFrom } from '../support/ssh/ssh2-caller.ts'

const signer = new SignerProcesses()
afterEach(() => signer.stop())

// systemctl restart waited for a minute and a half, for a member that was off.
it('ends at once when it is told to, with callers that idle and an etcd that does not answer', async () => {
  const lost = await LostHost.open()
  try {
    await signer.start({}, [lost.url])
    const idle = await logInOver(await openFrom('127.0.0.1', signer.port))
    idle.on('error', () => {})
    const caller = await logInOver(await openFrom('127.0.0.1', signer.port))
    expect((await askWord(caller, 'get-status')).status).toBe(0)
    const hungUp = once(idle, 'close')
    expect(await signer.stopEndpoint(4000)).toBe(0)
    await hungUp
  } finally {
    lost.close()
  }
})
