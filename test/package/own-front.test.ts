import { join } from 'node:path'
import { afterAll, expect, inject, it } from 'vitest'
import { writeCsr } from '../../src/x509/write/write-csr.ts'
import { SignerProcesses } from '../support/signer/signer-processes.ts'
import { askWord, logInOver, openFrom } from '../support/ssh/ssh2-caller.ts'
import { testKey } from '../support/x509/build-csr.ts'

const signer = new SignerProcesses({ command: join(inject('packages'), 'signet'), args: [] })
afterAll(() => signer.stop())

// The program of the packages is bundled and loaded in another way than that of a checkout.
it('the executable signs over its embedded front', async () => {
  await signer.start()
  const client = await logInOver(await openFrom('127.0.0.1', signer.port))
  const csr = writeCsr('kubemaster-1', testKey).toString('base64')
  const { status, stdout } = await askWord(client, 'kubemaster-1', csr)
  expect(status).toBe(0)
  expect(stdout).toMatch(/^-----BEGIN CERTIFICATE-----/)
})
