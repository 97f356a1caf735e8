import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSshAsker } from '../../src/client/ask/ask-signer.ts'
import { doctorName, endpointName } from '../../src/protocol/names.ts'
import { writeCsr } from '../../src/x509/write/write-csr.ts'
import { refusalOf } from '../support/refusal.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { newEcKey, TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'

const askSigner = createSshAsker()
const signer = new TestSigner(new TestAuthority())
const directory = mkdtempSync(join(tmpdir(), 'signet-internal-'))

beforeAll(() => signer.start())
afterAll(async () => {
  await signer.remove()
  rmSync(directory, { recursive: true, force: true })
})

function ask(word: string, commonName: string) {
  const knownHostsFile = join(directory, 'known_hosts')
  const target = { address: '127.0.0.1', port: signer.port, knownHostsFile, hostKeyPolicy: 'remember' } as const
  return askSigner(target, word, writeCsr(commonName, newEcKey()).toString('base64'))
}

// The probe of doctor has no SAN, and would pass the peer port of a member that runs without its flag (docs/SECURITY.md).
describeWith('ssh', 'a certificate of our own processes', () => {
  it.each(['probe', 'endpoint', doctorName, endpointName, `kubemaster-1 ${doctorName}`, `${doctorName}=127.0.0.1`])(
    'is obtained by no SSH word: not by %j',
    async (word) => {
      for (const name of [doctorName, endpointName]) {
        expect(await refusalOf(() => ask(word, name))).toMatchObject({ code: 'usage' })
      }
    },
  )

  it.each(['kubemaster-1', 'etcd-1=127.0.0.1'])(
    'is not obtained by a CSR for its name with the word %s',
    async (word) => {
      for (const name of [doctorName, endpointName]) {
        const error = await refusalOf(() => ask(word, name))
        expect(error).toMatchObject({
          code: 'refused',
          message: expect.stringContaining(`the CSR's CN "${name}" differs`),
        })
      }
    },
  )

  it('was not signed by any of these calls', () => {
    const journal = readFileSync(signer.authority.journalFile, 'utf8')
    expect(journal).not.toContain('signet-')
  })
})
