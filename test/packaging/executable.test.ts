import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildExecutable } from '../../scripts/package/build-executable.ts'
import { writeCsr } from '../../src/x509/write-csr.ts'
import { testKey } from '../support/build-csr.ts'
import { describeWith } from '../support/external-program.ts'
import { SignerProcesses } from '../support/signer-processes.ts'
import { askWord, logInOver, openFrom } from '../support/ssh2-caller.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-executable-'))
const executable = join(directory, 'signet')
let signer: SignerProcesses | undefined

// The program of the packages is bundled and loaded in another way than that of a checkout.
describeWith('strip', 'the one executable of the packages', () => {
  beforeAll(() => buildExecutable(executable, directory), 120_000)
  afterAll(async () => {
    await signer?.stop()
    rmSync(directory, { recursive: true })
  })

  it('signs over its embedded front', async () => {
    signer = new SignerProcesses({ command: executable, args: [] })
    await signer.start()
    const client = await logInOver(await openFrom('127.0.0.1', signer.port))
    const csr = writeCsr('kubemaster-1', testKey).toString('base64')
    const { status, stdout } = await askWord(client, 'kubemaster-1', csr)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^-----BEGIN CERTIFICATE-----/)
  })
})
