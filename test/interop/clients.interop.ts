import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ScriptedSigner, startScriptedFront } from '../support/signer/test-signer.ts'
import { clientPrograms, runLine } from './client-programs.ts'

// RELEASE=DIRECTORY of each Debian release whose clients were unpacked: npm run test:interop sees to it.
const releases = (process.env['SIGNET_INTEROP'] ?? '').split(':').map((entry) => entry.split('='))
const csr = Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n').toString(
  'base64',
)

let test: ScriptedSigner

beforeAll(async () => {
  test = await startScriptedFront()
})
afterAll(() => test.remove())

// What a release's clients say of themselves; PROTOCOL.md names them.
const versions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bookworm: { OpenSSH: 'OpenSSH_9.2', dropbear: '2022.83', plink: '0.78', paramiko: '2.12', asyncssh: '2.10' },
  trixie: { OpenSSH: 'OpenSSH_10.0', dropbear: '2025.89', plink: '0.83', paramiko: '3.5', asyncssh: '2.20' },
}

describe.each(releases)('of Debian %s', (release = '', directory = '') => {
  describe.each(clientPrograms(directory))('$title', ({ title, version, line }) => {
    it('is the version that we name', async () => {
      const { stdout, stderr } = await runLine(version)
      expect(stdout + stderr).toContain(versions[release]?.[title] ?? 'no version')
    })

    it('reads an answer', async () => {
      const result = await runLine(line('get-certificate', test))
      expect(result).toMatchObject({ status: 0, stdout: 'CA certificate\n' })
    })

    it('has a CSR signed', async () => {
      const result = await runLine(line('kubemaster-1', test), csr)
      expect(result).toMatchObject({ status: 0, stdout: 'certificate for kubemaster-1\n' })
    })

    it('is told what is wrong', async () => {
      const { status, stdout, stderr } = await runLine(line('nonsense', test))
      expect([status, stdout]).toEqual([64, ''])
      expect(stderr).toContain('signet: error: ')
      expect(stderr).toContain('signet: hint: ')
    })
  })

  describe('ssh-audit', () => {
    const audit = (...flags: string[]) =>
      runLine([`${directory}/python3`, '-m', 'ssh_audit.ssh_audit', ...flags, '-p', `${test.port}`, '127.0.0.1'])

    it('has seen what we offer', async () => {
      const { stdout } = await audit('-n')
      for (const offer of ['curve25519-sha256', 'ssh-ed25519', 'aes128-gcm@openssh.com'])
        expect(stdout).toContain(offer)
    })

    it('finds no failure', async () => {
      const { status, stdout } = await audit('-n', '--level=fail')
      expect(stdout).not.toMatch(/\[fail\]/)
      // 2 where there are warnings, 3 where there are failures.
      expect([0, 2]).toContain(status)
    })

    it('sees that Terrapin does not work', async () => {
      const { stdout } = await audit('-n')
      expect(stdout).toContain('kex-strict-s-v00@openssh.com')
      expect(stdout).not.toMatch(/vulnerable to the terrapin/i)
    })
  })
})
