import { afterAll, describe, expect, it } from 'vitest'
import { judgeSshd } from '../../src/openssh/sshd/judge-sshd.ts'
import { parseSshdOptions, readSshd } from '../../src/openssh/sshd/read-sshd.ts'
import { listSshdLines } from '../../src/openssh/sshd/sshd-drop-in.ts'
import { canMount } from '../support/host/mount-namespace.ts'
import { describeWith } from '../support/shell/external-program.ts'
import { type AdministratorFiles, SshdConfiguration } from '../support/ssh/sshd-configuration.ts'

const host = new SshdConfiguration()
const here = { networks: host.config.controlPlaneNetworks, ownAddresses: [], options: [] }
afterAll(() => host.remove())

/** What is found on a host with an administrator's files, by the real sshd's own answers. */
async function judge(files: AdministratorFiles, groups: readonly string[] = ['signer']) {
  host.write(files)
  const answers = await readSshd(here, host.run)
  return judgeSshd({ lines: listSshdLines(host.config), answers, groups })
}

async function tell(files: AdministratorFiles) {
  return (await judge(files)).map(({ level, locks, what }) => [level, locks, what])
}

const hardened = `AllowUsers admin root@192.0.2.0/28
AllowGroups ssh-users
DenyUsers guest backup@*
DenyGroups games
AcceptEnv LANG LD_* *
PermitEmptyPasswords no
PermitTTY yes
PasswordAuthentication no
AuthenticationMethods publickey
AllowTcpForwarding yes
`
const signerInside = 'the account signer from 192.0.2.1, inside the control-plane networks'

const title = 'what sshd has in force, with an administrator’s own files'
describe.skipIf(!canMount(title))(title, () => {
  describeWith('sshd', title, () => {
    it('is well on a host as Debian ships it', async () => {
      expect(await judge({})).toEqual([])
    })

    it.each([
      ['in a file that comes later', { '50-hardened.conf': hardened }],
      ['in a file that comes before', { '00-admins.conf': hardened }],
    ])('is well where lists of who may log in, and all that a host hardens, stand %s', async (_where, files) => {
      expect(await judge(files)).toEqual([])
    })

    it('is well where an administrator has Match blocks for others, or for signer after ours', async () => {
      const others = 'Match User admin\n    PermitTTY yes\n    AcceptEnv *\n    AllowUsers admin\nMatch all\n'
      expect(await judge({ '00-admins.conf': others, '50-later.conf': 'Match User *\n    PermitTTY yes\n' })).toEqual(
        [],
      )
    })

    it('finds a main file that does not read the directory', async () => {
      expect(await tell({ main: 'UsePAM yes\nAcceptEnv LD_*\n' })).toEqual([
        ['broken', false, expect.stringMatching(/nothing of \S+00-signet\.conf is in force/)],
      ])
      const open = 'UsePAM yes\nPermitEmptyPasswords yes\n'
      expect(await tell({ main: open })).toEqual([['broken', true, expect.stringMatching(/^nothing of /)]])
    })

    // Each is a Match block for everybody, in a file that comes before ours.
    it.each<[string, 'broken' | 'attention', boolean, Readonly<Record<string, string>>]>([
      [
        'by which a caller could tell the endpoint any address',
        'broken',
        true,
        {
          'DisableForwarding no': 'sshd has DisableForwarding no in force, not yes, for',
          'ForceCommand internal-sftp': 'sshd has ForceCommand internal-sftp in force, not /usr/bin/signet-relay, for',
          'AcceptEnv FOO LD_PRELOAD N*': 'sshd accepts variables like LD_PRELOAD, N* from',
        },
      ],
      [
        'by which nobody gets in',
        'broken',
        false,
        {
          'AuthenticationMethods publickey': 'sshd has AuthenticationMethods publickey in force, not none, for',
          'DenyUsers sign*': 'DenyUsers "sign*" of sshd is about',
          'DenyGroups signer': 'DenyGroups "signer" of sshd is about',
          'ChrootDirectory /srv': 'sshd has ChrootDirectory "/srv" in force for',
        },
      ],
      [
        'by which a caller gets more than a word',
        'attention',
        false,
        {
          'PermitTTY yes': 'sshd has PermitTTY yes in force, not no, for',
          'UnusedConnectionTimeout none': 'sshd has UnusedConnectionTimeout none in force, not 20s, for',
          'PubkeyAuthentication yes': 'sshd has PubkeyAuthentication yes in force, not no, for',
        },
      ],
    ])('finds lines %s', async (_what, level, locks, lines) => {
      const found = await tell({ '00-admins.conf': `Match User *\n${Object.keys(lines).join('\n')}\nMatch all\n` })
      const expected = Object.values(lines).map((what) => [level, locks, `${what} ${signerInside}`])
      expect(found.toSorted()).toEqual(expected.toSorted())
    })

    it('finds a caller without a password that is refused', async () => {
      expect(
        await tell({ '00-admins.conf': 'Match User *\nPermitEmptyPasswords no\nAcceptEnv *\nMatch all\n' }),
      ).toEqual([
        ['broken', false, expect.stringMatching(/^sshd has PermitEmptyPasswords no in force, not yes/)],
        // Nobody gets so far as to set one.
        ['broken', false, expect.stringMatching(/^sshd accepts variables like \*/)],
      ])
    })

    it('finds deny lists wherever they stand, for no Match block takes them back', async () => {
      const found = await judge({ '50-hardened.conf': 'DenyUsers root sign??\nDenyGroups games signer\n' })
      expect(found.map(({ what }) => what.split(' of sshd ')[0])).toEqual(['DenyUsers "sign??"', 'DenyGroups "signer"'])
      expect(found[0]?.fix).toMatch(
        /^find the line: grep -rinE '\S+\(DenyUsers\|Match\|Include\)' \/etc\/ssh\/sshd_config /,
      )
    })

    it('finds an account that is open to every network', async () => {
      const text = 'Match User signer\n    PermitEmptyPasswords yes\n    PasswordAuthentication yes\nMatch all\n'
      expect(await tell({ '00-admins.conf': text })).toEqual([
        ['broken', false, expect.stringMatching(/^sshd has PasswordAuthentication yes .* outside the control-plane/)],
        ['broken', false, expect.stringMatching(/^sshd has PermitEmptyPasswords yes .* outside the control-plane/)],
      ])
    })

    it('finds another MaxStartups, which drops a fleet that renews at once; of it the last one counts', async () => {
      const found = await judge({ '50-later.conf': 'MaxStartups 10:30:60\n' })
      expect(found.map(({ level, what }) => [level, what.split(', for')[0]])).toEqual([
        ['attention', 'sshd has MaxStartups 10:30:60 in force, not 1000:30:2000'],
      ])
      expect(found[0]?.fix).toMatch(/; let it go; then: /)
    })

    it('finds an sshd that does not listen where callers come', async () => {
      host.write({ '50-port.conf': 'Port 2200\nListenAddress 192.0.2.11\n' })
      const answers = await readSshd({ ...here, ownAddresses: ['192.0.2.11'] }, host.run)
      const found = judgeSshd({ lines: listSshdLines(host.config), answers, groups: ['signer'] })
      expect(found.map(({ level, what }) => [level, what])).toEqual([
        ['attention', 'sshd does not listen at 192.0.2.11 port 22, where callers come: "192.0.2.11:2200"'],
      ])
    })

    it('takes into account what sshd is started with besides', async () => {
      host.write({})
      const question = {
        ...here,
        options: parseSshdOptions(
          '# a comment\nSSHD_OPTS="-o PermitTTY=no"\nSSHD_OPTS="-o PermitTTY=yes -o Port=2200"\n',
        ),
      }
      const [answer] = await readSshd(question, host.run)
      expect([answer?.settings.get('permittty'), answer?.settings.get('port')]).toEqual([['no'], ['2200']])
    })
  })
})
