import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignerProcesses } from '../support/signer/signer-processes.ts'
import { tellNumbers } from '../support/ssh/send-raw-message.ts'
import { askWord, logInOver, openFrom } from '../support/ssh/ssh2-caller.ts'

// Without an end of the connection, ssh2 would now write for ever.
function takeNothing(client: Client): void {
  tellNumbers(client, { packetSize: 0 })
  client.exec('get-certificate', () => {})
}

// What operators run is bundled and minified, and ssh2 looks at the names of its classes.
describe('the bundled program', () => {
  const directory = mkdtempSync(join(tmpdir(), 'signet-bundle-'))
  let signer: SignerProcesses

  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/bundle.ts', directory])
    signer = new SignerProcesses({ command: process.execPath, args: [join(directory, 'main.mjs')] })
    await signer.start({ served: 8 })
  }, 60_000)
  afterAll(async () => {
    await signer?.stop()
    rmSync(directory, { recursive: true })
  })

  it.each([
    ['asked for sftp', (client: Client) => void client.subsys('sftp', () => client.end())],
    ['hung up in a session without a command', (client: Client) => void client.subsys('x', () => client.destroy())],
    ['takes packets of no bytes', (client: Client) => takeNothing(client)],
    ['asked for a forwarding', (client: Client) => void client.forwardIn('127.0.0.1', 0, () => client.end())],
  ])('gives back the place of a caller who %s, and has no defect to survive', async (_what, act) => {
    for (let count = 0; count < 10; count += 1) {
      const client = await logInOver(await openFrom('127.0.0.1', signer.port))
      const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
      act(client)
      await closed
    }
    const client = await logInOver(await openFrom('127.0.0.1', signer.port))
    expect((await askWord(client, 'get-certificate')).status).toBe(0)
    expect(signer.said()).not.toContain('a defect was survived')
  })
})
