import { describe, expect, it } from 'vitest'
import { judgeSignerAccount } from './judge-signer-account.ts'
import { type AccountFiles, parseSignerAccount } from './parse-signer-account.ts'

// As systemd-sysusers and passwd --delete leave them on Debian 12 and 13.
const files: AccountFiles = {
  passwd: `root:x:0:0:root:/root:/bin/bash
alice:x:1000:1000::/home/alice:/bin/bash
signer:x:997:996:Signet SSH callers:/usr/share/signet:/usr/bin/signet-relay
`,
  shadow: 'root:*:20783:0:99999:7:::\nalice:$y$j9T$x:20783:0:99999:7:::\nsigner::20783::::::\n',
  group: 'root:x:0:\nalice:x:1000:\nsigner:x:996:\n',
}

function judge(change: Partial<Record<keyof AccountFiles, readonly [string, string]>>) {
  const changed = Object.entries(files).map(([name, text]) => {
    const [old, fresh] = Object.entries(change).find(([key]) => key === name)?.[1] ?? ['', '']
    expect(text).toContain(old)
    return [name, text.replace(old, fresh)]
  })
  return judgeSignerAccount(parseSignerAccount(Object.fromEntries(changed)))
}

describe('judgeSignerAccount', () => {
  it('finds nothing wrong with the account as the package makes it', () => {
    expect(judge({})).toEqual([])
    expect(parseSignerAccount(files)?.groups).toEqual(['signer'])
  })

  it.each<[string, Parameters<typeof judge>[0], string, string]>([
    [
      'another account is in its group',
      { group: ['signer:x:996:', 'signer:x:996:alice'] },
      'alice is in the group of the account signer',
      'gpasswd --delete alice signer; where it is its first group: usermod --gid OTHER alice',
    ],
    [
      'its group is another account’s first',
      { passwd: ['alice:x:1000:1000', 'alice:x:1000:996'] },
      'alice is in the group of the account signer',
      'gpasswd --delete alice signer; where it is its first group: usermod --gid OTHER alice',
    ],
    [
      'another account has its number',
      { passwd: ['alice:x:1000:', 'alice:x:997:'] },
      'alice has the same user id as the account signer',
      'usermod --uid NEW alice',
    ],
    [
      'it has a shell',
      { passwd: ['/usr/bin/signet-relay', '/bin/sh'] },
      'the account signer has the login shell /bin/sh and the home /usr/share/signet',
      'usermod --shell /usr/bin/signet-relay --home /usr/share/signet signer',
    ],
    [
      'a hardening tool shut it',
      { passwd: ['/usr/bin/signet-relay', '/usr/sbin/nologin'] },
      'the account signer has the login shell /usr/sbin/nologin and the home /usr/share/signet',
      'usermod --shell /usr/bin/signet-relay --home /usr/share/signet signer',
    ],
    [
      'a hardening tool locked it',
      { shadow: ['signer::', 'signer:!:'] },
      'the account signer is locked, and not by Signet',
      'signet signer-account --open',
    ],
    [
      'it has a password',
      { shadow: ['signer::', 'signer:$y$j9T$x:'] },
      'the account signer has a password',
      'signet signer-account --open',
    ],
    [
      'Signet locked it',
      { shadow: ['signer::', 'signer:!signet:'] },
      'Signet has locked the account signer',
      'signet signer-account',
    ],
    [
      'its password must be changed',
      { shadow: ['signer::20783:', 'signer::0:'] },
      'the password of the account signer, which is none, can expire',
      'chage --lastday 2000-01-01 --maxdays -1 --inactive -1 signer',
    ],
    [
      'its password ages',
      { shadow: ['signer::20783::::::', 'signer::20783:1:90:7:30::'] },
      'the password of the account signer, which is none, can expire',
      'chage --lastday 2000-01-01 --maxdays -1 --inactive -1 signer',
    ],
    [
      'it is gone',
      { passwd: ['signer:', 'signed:'] },
      'this host has no account signer of its own',
      'dpkg-reconfigure signet-server',
    ],
  ])('finds that %s, and says what to type', (_what, change, what, fix) => {
    expect(judge(change)).toMatchObject([{ level: 'broken', locks: false, what, fix }])
  })

  it('prints nothing of a file that a terminal would obey', () => {
    const [problem] = judge({ passwd: ['/usr/bin/signet-relay', '/bin/\u001b[2J'] })
    expect(problem?.what).toMatch(/^[\x20-\x7e]+$/)
  })
})
