import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgePam } from './judge-pam.ts'

/** The rule as pam-auth-update writes it from the package's profile. */
const profile = readFileSync('packaging/pam-config', 'utf8')
const [, accountLines = ''] = /^Account:\n((?:\t.*\n)+)/m.exec(profile) ?? []
const rule = accountLines.replace(/^\t/gm, 'account\t')

// Debian's own files, of 12 and 13 (the sessions, which keep nobody out, left out).
const commonAccount = `account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so
account	requisite			pam_deny.so
account	required			pam_permit.so
# and here are more per-package modules (the "Additional" block)
`
const debian = {
  'common-account': `${commonAccount}${rule}# end of pam-auth-update config\n`,
  'common-auth':
    'auth	[success=1 default=ignore]	pam_unix.so nullok\nauth	requisite	pam_deny.so\nauth	required	pam_permit.so\n',
  'common-session': 'session required pam_unix.so\n',
  sshd: `#%PAM-1.0
@include common-auth
account    required     pam_nologin.so
@include common-account
session    required     pam_limits.so # [1]
`,
  su: 'auth       sufficient pam_rootok.so\n@include common-auth\n@include common-account\n@include common-session\n',
  'su-l': 'auth		include		su\naccount		include		su\nsession		include		su\n',
  login: 'auth requisite pam_nologin.so\n@include common-auth\n@include common-account\n',
  runuser: 'auth sufficient pam_rootok.so\nsession optional pam_keyinit.so revoke\n-session optional pam_systemd.so\n',
  chpasswd: '@include common-password\n',
  'common-password': 'password [success=1 default=ignore] pam_unix.so obscure yescrypt\n',
  other: '@include common-auth\n@include common-account\n',
}
const vendor = { 'systemd-user': 'account required pam_unix.so no_pass_expiry\n@include common-account\n' }

type Files = Readonly<Record<string, string>>

function judge(change: Files = {}, base: Files = debian) {
  return judgePam({
    own: new Map(Object.entries({ ...base, ...change })),
    vendor: new Map(Object.entries(vendor)),
  })
}

const openTo = (...services: readonly string[]): string =>
  `PAM does not keep the account signer, which has no password, out of ${services.join(', ')}`
const everything = openTo('chpasswd', 'login', 'other', 'runuser', 'su', 'su-l', 'systemd-user')

describe('judgePam', () => {
  it('follows an include by its path', () => {
    expect(judge({ cron: 'auth include /etc/pam.d/common-auth\naccount include /etc/pam.d/common-account\n' })).toEqual(
      [],
    )
    expect(judge({ cron: 'account include /etc/pam.d/site\n', site: commonAccount }).map(({ what }) => what)).toEqual([
      openTo('cron', 'site'),
    ])
  })

  it('finds nothing wrong with Debian’s files and the rule of the package', () => {
    expect(rule.split('\n')).toHaveLength(3)
    expect(judge()).toEqual([])
  })

  // What happens to PAM's files on real hosts.
  it.each<[string, Files, string]>([
    ['the rule is gone', { 'common-account': commonAccount }, everything],
    ['the rule is commented out', { 'common-account': `${commonAccount}${rule.replace(/^/gm, '#')}` }, everything],
    ['half of the rule is left', { 'common-account': `${commonAccount}${rule.split('\n')[0]}\n` }, everything],
    [
      'another number of modules is skipped',
      { 'common-account': `${commonAccount}${rule.replace('success=1', 'success=2')}` },
      // What skips too far ends in failure for everybody.
      '',
    ],
    [
      'the rule is about somebody else',
      { 'common-account': `${commonAccount}${rule.replace('!= signer', '!= signers')}` },
      everything,
    ],
    [
      'a sufficient line comes first',
      { 'common-account': `account sufficient pam_localuser.so\n${commonAccount}${rule}` },
      everything,
    ],
    [
      'a sufficient line stands behind a comment that ends in a backslash',
      { 'common-account': `# see C:\\\naccount sufficient pam_localuser.so\n${commonAccount}${rule}` },
      everything,
    ],
    [
      'what looks like the rule is the rest of a line, joined over blanks',
      {
        'common-account': `${commonAccount}${rule.replace(/\naccount/, '\naccount optional pam_foo.so \\ \naccount')}`,
      },
      everything,
    ],
    [
      'a line that skips the rule comes first',
      {
        'common-account': `${commonAccount}account [success=2 default=ignore] pam_foo.so\n${rule}account required pam_permit.so\n`,
      },
      everything,
    ],
    [
      'the rule only counts against',
      { 'common-account': `${commonAccount}${rule.replace('required', 'optional')}` },
      everything,
    ],
    [
      'a failure is forgotten',
      {
        'common-account': `${commonAccount}${rule}account [default=reset] pam_foo.so\naccount required pam_permit.so\n`,
      },
      everything,
    ],
    [
      'su has lines of its own',
      { su: 'auth required pam_unix.so nullok\naccount required pam_unix.so\n' },
      openTo('su', 'su-l'),
    ],
    [
      'su lets the group wheel in first',
      { su: 'account sufficient pam_wheel.so\n@include common-account\n' },
      openTo('su', 'su-l'),
    ],
    [
      'su includes the rule as a stack within',
      { su: 'account substack common-account\naccount sufficient pam_foo.so\n' },
      '',
    ],
    ['a service came that knows nothing of it', { vmtoolsd: 'account\trequired\tpam_unix.so\n' }, openTo('vmtoolsd')],
    ['a service has nothing of its own', { vmtoolsd: 'auth required pam_unix.so\n' }, ''],
    ['other does without', { other: 'account required pam_unix.so\n' }, openTo('chpasswd', 'other', 'runuser')],
    [
      'copies of old files lie about',
      { 'common-account.pam-old': commonAccount, 'su.dpkg-old': 'account required pam_permit.so\n' },
      '',
    ],
  ])('where %s', (_what, change, expected) => {
    expect(judge(change).map(({ what }) => what)).toEqual(expected === '' ? [] : [expected])
  })

  it('keeps what is not shown to be kept out locked', () => {
    expect(judge({ 'common-account': commonAccount })).toMatchObject([{ level: 'broken', locks: true }])
  })

  it.each<[string, Files, string]>([
    [
      'a file is included that is not there',
      { su: '@include common-acount\n' },
      'common-acount is included and cannot be read',
    ],
    ['a file is none of PAM’s', { login: 'Hello, world!\n' }, 'login holds a line that is none of PAM'],
    [
      'a control is none of PAM’s',
      { login: 'account [success=well] pam_foo.so\n' },
      'login holds a control that is none of PAM',
    ],
    [
      'files include each other',
      { login: '@include login2\n', login2: '@include login\n' },
      'login2 is included and cannot be read',
    ],
  ])('does not take for shut what it does not understand, where %s', (_what, change, expected) => {
    const found = judge(change)
    expect(found.map(({ locks }) => locks)).not.toContain(false)
    expect(found[0]?.what).toBe(
      `whether PAM keeps the account signer, which has no password, out is not known: PAM's file ${expected}`,
    )
  })

  it('says what to type: the first lines of what all include, and of each that does not', () => {
    const [problem] = judge({ 'common-account': commonAccount, su: 'account required pam_unix.so\n' })
    expect(problem?.fix).toBe(
      "sed -i '1i account [success=1 default=ignore] pam_succeed_if.so quiet user != signer\\naccount required pam_succeed_if.so quiet service = sshd' /etc/pam.d/common-account" +
        " && sed -i '1i account required pam_succeed_if.so quiet user != signer' /etc/pam.d/su /etc/pam.d/su-l && signet signer-account",
    )
  })

  it('says what to type where sshd includes what lets others in, and where a package brought the file', () => {
    const files = {
      ...debian,
      'site-account': 'account required pam_unix.so\n',
      sshd: 'account include site-account\n',
    }
    const [problem] = judgePam({
      own: new Map(Object.entries(files)),
      vendor: new Map([['polkit-1', 'account required pam_unix.so\n']]),
    })
    expect(problem?.fix).toBe(
      'cp /usr/lib/pam.d/polkit-1 /etc/pam.d/' +
        " && sed -i '1i account [success=1 default=ignore] pam_succeed_if.so quiet user != signer\\naccount required pam_succeed_if.so quiet service = sshd' /etc/pam.d/site-account" +
        " && sed -i '1i account required pam_succeed_if.so quiet user != signer' /etc/pam.d/polkit-1 && signet signer-account",
    )
  })

  it('finds what keeps callers out of sshd itself', () => {
    const hardened = debian['common-auth'].replace(' nullok', '')
    const [problem] = judge({ 'common-auth': hardened })
    expect(problem).toMatchObject({
      locks: false,
      what: 'PAM lets nobody into sshd as the account signer: the auth lines of /etc/pam.d/sshd',
    })
    const [, lines = ''] = /^sed -i '1i (.*)' \/etc\/pam\.d\/sshd$/.exec(problem?.fix ?? '') ?? []
    expect(judge({ 'common-auth': hardened, sshd: `${lines.replace('\\n', '\n')}\n${debian.sshd}` })).toEqual([])
    expect(judge({ sshd: '@include common-auth\naccount required pam_deny.so\n' })).toMatchObject([
      { locks: false, what: 'PAM lets nobody into sshd as the account signer: the account lines of /etc/pam.d/sshd' },
    ])
  })
})
