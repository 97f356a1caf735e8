import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/host/signet-config.ts'
import { formatSshdDropIn } from '../../src/openssh/sshd/sshd-drop-in.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { describeWith } from '../support/shell/external-program.ts'

const directory = mkdtempSync(join(tmpdir(), 'signet-sshd-'))
const config = parseConfig('controlPlaneNetworks: [192.0.2.0/24, "2001:db8::/64"]', 'a test')
// What an administrator may have set behind it, to see that it wins.
const hostsOwn = 'PermitEmptyPasswords yes\nPubkeyAuthentication yes\nKbdInteractiveAuthentication yes\nUsePAM no\n'

beforeAll(() => {
  writeFileSync(join(directory, 'passwd'), 'root:x:0:0::/:/bin/sh\nsshd:x:990:65534::/:/bin/false\n')
  writeFileSync(join(directory, 'sshd_config'), `HostKey ${directory}/key\n${formatSshdDropIn(config)}${hostsOwn}`)
})
afterAll(() => rmSync(directory, { recursive: true }))

/** What sshd itself makes of its configuration for one caller, as lines in lower case. */
async function settingsFor(user: string, address: string): Promise<readonly string[]> {
  const { stdout, stderr } = await inMountNamespace(`
    set -e
    mount --bind ${directory}/passwd /etc/passwd
    mount -t tmpfs none /run && mkdir /run/sshd
    [ -e ${directory}/key ] || ssh-keygen -q -t ed25519 -N '' -f ${directory}/key
    sshd -T -f ${directory}/sshd_config -C user=${user},host=caller,addr=${address}`)
  return `${stdout}${stderr}`.split('\n')
}

const title = 'what sshd makes of its drop-in'
describe.skipIf(!canMount(title))('in a mount namespace', () => {
  describeWith('sshd', title, () => {
    it.each(['192.0.2.7', '2001:db8::7'])(
      'lets signer in from the networks, for the relay alone: %s',
      async (address) => {
        expect(await settingsFor('signer', address)).toEqual(
          expect.arrayContaining([
            'authenticationmethods none',
            'permitemptypasswords yes',
            'forcecommand /usr/bin/signet-relay',
            'disableforwarding yes',
            'permittty no',
            'permituserrc no',
            'maxsessions 1',
            'pubkeyauthentication no',
            'kbdinteractiveauthentication no',
          ]),
        )
      },
    )

    it.each(['198.51.100.7', '2001:db8:0:1::7', '127.0.0.1'])(
      'lets nobody in as the account signer from elsewhere: %s',
      async (address) => {
        expect(await settingsFor('signer', address)).toEqual(
          expect.arrayContaining([
            'authenticationmethods any',
            'passwordauthentication no',
            'permitemptypasswords no',
            'pubkeyauthentication no',
            'kbdinteractiveauthentication no',
            'forcecommand /usr/bin/signet-relay',
          ]),
        )
      },
    )

    it('keeps no connection that asks nothing, and none whose other end is gone', async () => {
      expect(await settingsFor('signer', '192.0.2.7')).toEqual(
        expect.arrayContaining(['unusedconnectiontimeout 20', 'clientaliveinterval 15', 'clientalivecountmax 3']),
      )
    })

    it('leaves every other account as the host has it', async () => {
      const settings = await settingsFor('root', '192.0.2.7')
      expect(settings).toEqual(
        expect.arrayContaining(['pubkeyauthentication yes', 'forcecommand none', 'unusedconnectiontimeout none']),
      )
    })
  })
})
