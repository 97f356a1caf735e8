import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { runSignerAccount } from '../cli/daemon/signer-account-command.ts'
import { SignetError } from '../core/signet-error.ts'
import { parseConfig } from '../host/signet-config.ts'
import { ensureSignerAccount } from './ensure-signer-account.ts'
import { planSignerAccount } from './plan-signer-account.ts'
import type { FrontWorld } from './read-front.ts'
import { parseSshdSettings } from './sshd/parse-sshd-settings.ts'

const config = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test')
const embedded = parseConfig('controlPlaneNetworks: [192.0.2.0/24]\nendpoint: {front: embedded}', 'a test')
const versions = ['9.2', '10.0'] as const
type Version = (typeof versions)[number]

/** What the real sshd of Debian 12 and 13 printed, with the drop-in in force and all else as Debian has it. */
function sshdSaid(version: Version, args: readonly string[]): string {
  const place = args.join(' ').includes(',addr=192.0.2.') ? 'inside' : 'outside'
  return readFileSync(`test/ssh/sshd-answers/${version}-${place}.txt`, 'utf8')
}

const guarded = 'account required pam_succeed_if.so quiet user != signer\n'
const usual = {
  '/etc/passwd': 'signer:x:997:996::/usr/share/signet:/usr/bin/signet-relay\n',
  '/etc/group': 'signer:x:996:\n',
  '/etc/pam.d/su': guarded,
  '/etc/pam.d/other': guarded,
  '/etc/pam.d/sshd': 'auth required pam_unix.so nullok\naccount required pam_unix.so\n',
}

interface Change {
  readonly files?: Readonly<Record<string, string>>
  readonly version?: Version
  /** What sshd says is changed by it; undefined where sshd does not run. */
  readonly sshd?: ((text: string) => string) | undefined
}

/** A host with files and an sshd of a version, whose shadow is changed by passwd and usermod. */
function fakeHost(password: string, { files = {}, version = '9.2', ...rest }: Change = {}) {
  const change = 'sshd' in rest ? rest.sshd : (text: string) => text
  const commands: string[] = []
  const all: Record<string, string> = { ...usual, '/etc/shadow': `signer:${password}:20783::::::\n`, ...files }
  const world: FrontWorld = {
    files: {
      read: async (path) => (all[path] === undefined ? undefined : { text: all[path], mode: 0, uid: 0, gid: 0 }),
    },
    list: async (directory) =>
      Object.keys(all)
        .filter((path) => path.startsWith(`${directory}/`))
        .map((path) => path.slice(directory.length + 1)),
    run: async (command, args) => {
      if (command === 'sshd' && change === undefined) throw new SignetError('configuration', 'sshd is not installed')
      if (command === 'sshd') return change?.(sshdSaid(version, args)) ?? ''
      commands.push([command, ...args].join(' '))
      return ''
    },
    ownAddresses: () => ['192.0.2.11'],
    endProcessesOf: async (uid) => void commands.push(`end ${uid}`),
  }
  return { world, commands }
}

const lock = 'usermod --password !signet signer'
const end = 'end 997'
const open = 'passwd --quiet --delete signer'
const noRule = { '/etc/pam.d/su': 'account required pam_unix.so\n' }
const harmful = (text: string): string => `${text}acceptenv LD_*\n`

describe.each(versions)('ensureSignerAccount, with what OpenSSH %s says', (version) => {
  it.each<[string, string, Change, boolean, readonly string[], readonly string[]]>([
    ['leaves an open account open', '', {}, false, [], []],
    ['locks it where PAM lets su in', '', { files: noRule }, false, [lock, end], ['PAM does not keep']],
    [
      'locks it where a caller may set LD_PRELOAD',
      '',
      { sshd: harmful },
      false,
      [lock, end],
      ['sshd accepts variables like LD_*'],
    ],
    ['keeps it locked meanwhile', '!signet', { files: noRule }, false, [], ['PAM does not keep']],
    ['opens it again once PAM keeps su out', '!signet', {}, false, [open], []],
    ['leaves locked what another locked', '!', {}, false, [], ['the account signer is locked, and not by Signet']],
    [
      'does not take for its own what another locked meanwhile',
      '!',
      { files: noRule },
      false,
      [],
      ['PAM does not keep', 'the account signer is locked'],
    ],
    ['leaves a password alone', '$y$j9T$x', {}, false, [], ['the account signer has a password']],
    ['opens what another locked where root asks', '!*', {}, true, [open], []],
    [
      'does not open it where root asks and PAM lets su in',
      '!*',
      { files: noRule },
      true,
      [lock, end],
      ['PAM does not keep'],
    ],
    [
      'leaves it as it is where sshd tells nothing',
      '',
      { sshd: undefined },
      false,
      [],
      ['what sshd has in force is not known: sshd is not installed'],
    ],
    [
      'leaves it as it is where sshd tells something else',
      '',
      { sshd: () => 'Hello, world!\n' },
      false,
      [],
      ['what sshd has in force is not known: sshd -T prints'],
    ],
  ])('%s', async (_what, password, change, isAsked, commands, problems) => {
    const host = fakeHost(password, { version, ...change })
    const ensured = await ensureSignerAccount(config, host.world, isAsked)
    expect(host.commands).toEqual(commands)
    expect(ensured.problems.map(({ what }) => what)).toEqual(
      problems.map((what) => expect.stringMatching(`^${what.replace(/[*()]/g, '.')}`)),
    )
  })
})

describe('ensureSignerAccount', () => {
  it('tells that the account is locked with the reason, whose remedy opens it', async () => {
    const { problems } = await ensureSignerAccount(config, fakeHost('', { files: noRule }).world)
    expect(problems.map(({ what }) => what)).toEqual([
      'PAM does not keep the account signer, which has no password, out of su; the account is locked until that is put right',
    ])
    expect(problems[0]?.fix).toMatch(/&& signet signer-account$/)
  })

  it('looks at what is unsafe alone where callers come to the embedded front', async () => {
    const shut = fakeHost('!', { sshd: () => '' })
    expect(await ensureSignerAccount(embedded, shut.world)).toEqual({ step: 'keep', problems: [] })
    const ajar = fakeHost('', { files: noRule })
    expect(await ensureSignerAccount(embedded, ajar.world)).toMatchObject({ step: 'lock', problems: [{ locks: true }] })
  })

  it('asks no sshd on a host without a configuration, which is no signer', async () => {
    const host = fakeHost('!*', { sshd: undefined })
    expect(await ensureSignerAccount(undefined, host.world, true)).toEqual({ step: 'open', problems: [] })
  })

  it('fails where the account cannot be locked, so that the endpoint does not start', async () => {
    const host = fakeHost('', { files: noRule })
    const run: FrontWorld['run'] = async (command, args) => {
      if (command === 'usermod') throw new SignetError('configuration', 'usermod failed')
      return host.world.run(command, args, 0)
    }
    await expect(ensureSignerAccount(config, { ...host.world, run })).rejects.toMatchObject({ code: 'configuration' })
  })

  it('does not ask PAM to let callers into an sshd that does not ask it', async () => {
    const files = { '/etc/pam.d/sshd': 'auth required pam_unix.so\naccount required pam_unix.so\n' }
    const judge = async (sshd: (text: string) => string) =>
      (await ensureSignerAccount(config, fakeHost('', { files, sshd }).world)).problems.length
    expect(await judge((text) => text)).toBe(1)
    expect(await judge((text) => text.replace('usepam yes', 'usepam no'))).toBe(0)
  })

  it('ends what runs as the account signer when it locks, but not where another account has its number', async () => {
    const passwd = `${usual['/etc/passwd']}root:x:997:0::/:/bin/sh\n`
    const host = fakeHost('', { files: { ...noRule, '/etc/passwd': passwd } })
    await ensureSignerAccount(config, host.world)
    expect(host.commands).toEqual([lock])
  })

  it('never opens an account while it is not known what sshd does', async () => {
    for (const password of ['!', '!signet', 'x']) {
      const host = fakeHost(password, { sshd: undefined })
      await ensureSignerAccount(config, host.world)
      await ensureSignerAccount(config, host.world, true)
      expect(host.commands).toEqual([])
    }
  })

  it('never opens an account while something about it is unsafe', () => {
    const problems = [{ check: 'sshd', level: 'broken', locks: true, what: '', fix: '' }] as const
    for (const password of ['', '!', '!signet', '!*', 'x']) {
      for (const isAsked of [false, true]) expect(planSignerAccount({ problems, password, isAsked })).not.toBe('open')
    }
  })
})

it('signer-account says what is wrong, what to type, and what it did', async () => {
  const stderr = new PassThrough()
  await runSignerAccount(
    { config: '/nonexistent' },
    { stdout: new PassThrough(), stderr },
    fakeHost('', { files: noRule }).world,
  )
  expect(String(stderr.read())).toMatch(
    /^signet: error: PAM does not keep .*\nsignet: hint: sed -i .*\nsignet: the account signer is locked now: callers .*\n$/,
  )
})

describe('parseSshdSettings', () => {
  it.each(versions)('reads all that OpenSSH %s prints', (version) => {
    const text = sshdSaid(version, [',addr=192.0.2.1'])
    const settings = parseSshdSettings(text)
    expect([...settings.values()].flat()).toHaveLength(text.trim().split('\n').length)
    expect(settings.get('acceptenv')).toEqual(['SIGNET_NOTHING', 'SIGNET_NOTHING'])
  })

  it.each(['Hello, world!\n', 'port 22\n\u001b[2J\n', 'port 22\nusepam yes\n', ''])('refuses %j', (text) => {
    expect(syncRefusalOf(() => parseSshdSettings(text)).code).toBe('bad-data')
  })
})
