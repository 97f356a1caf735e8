import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'signet-postinst-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** Runs what the package does when it is configured, with programs that only say what they were told. */
function configure(signetStatus: number): readonly string[] {
  const said = join(directory, 'said')
  writeFileSync(said, '')
  for (const program of [
    'systemd-sysusers',
    'usermod',
    'pam-auth-update',
    'signet',
    'passwd',
    'systemctl',
    'deb-systemd-helper',
    'deb-systemd-invoke',
    'mkdir',
    'install',
  ]) {
    const status = program === 'signet' ? signetStatus : 0
    writeFileSync(join(directory, program), `#!/bin/sh\necho ${program} "$@" >> ${said}\nexit ${status}\n`, {
      mode: 0o755,
    })
  }
  const { status, stderr } = spawnSync('sh', ['packaging/debian/signet-server.postinst', 'configure', '0.1.0'], {
    env: { PATH: `${directory}:/usr/bin:/bin` },
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
  return readFileSync(said, 'utf8').trim().split('\n').slice(0, 5)
}

const before = [
  'systemd-sysusers signet-server.conf',
  'usermod --shell /usr/bin/signet-relay --home /usr/share/signet signer',
  'pam-auth-update --package',
  'signet signer-account --open',
]

// Without the rule of PAM anybody with an account of their own on the signer could become the account signer by su, and
// tell the endpoint any address.
it('installing the package opens the account signer by the same judgement as the endpoint’s start', () => {
  expect(configure(0)).not.toContainEqual(expect.stringMatching(/^passwd/))
  expect(configure(0).slice(0, 4)).toEqual(before)
})

it('where the judgement fails, installing the package locks the account', () => {
  expect(configure(70)).toEqual([...before, 'passwd --quiet --lock signer'])
})

it('the endpoint does not start where an account that must be locked cannot be', () => {
  const unit = readFileSync('packaging/units/signet-endpoint.service', 'utf8')
  expect(unit).toMatch(/^ExecStartPre=\+\/usr\/bin\/signet signer-account$/m)
})
