import { describe, expect, it, vi } from 'vitest'
import { refusalOf } from '../../test/support/refusal.ts'
import { version } from '../core/version.ts'
import { runCommandLine } from './program.ts'

/** What a command line ends with, and what it says on either stream. */
async function type(...words: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += text
      return true
    }),
  )
  try {
    return { status: await runCommandLine(words, () => Promise.resolve()), ...said }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

describe('the command line', () => {
  it.each([
    [['bogus'], 'signet'],
    [['--bogus'], 'signet'],
    [['request', '--signer-ip'], 'signet request'],
    [['version', 'extra'], 'signet version'],
    [['member', 'bogus'], 'signet member'],
    [['member', 'remove'], 'signet member remove'],
  ])('answers %j with 64 and the help that is about it', async (words, help) => {
    const { status, stdout, stderr } = await type(...words)
    expect([status, stdout]).toEqual([64, ''])
    expect(stderr).toMatch(/^signet: error: .+ \[usage, status 64\]\nsignet: hint: see .+\n$/)
    expect(stderr).toContain(`see ${help} --help\n`)
  })

  it.each([
    [['statsu'], 'did you mean status? else see signet --help'],
    [['member', 'lst'], 'did you mean list? else see signet member --help'],
    // Before it is said that --signer-ip is missing.
    [['request', '--signerip=192.0.2.11'], 'did you mean --signer-ip? else see signet request --help'],
    [['status', '--signerip', '192.0.2.11'], 'did you mean --signer-ip? else see signet status --help'],
    [['authority', '--confg=x'], 'did you mean --config? else see signet authority --help'],
    [['relay', '--sock=/x'], 'did you mean --socket? else see signet relay --help'],
    [['etcdctl', 'get', '--prefix', 'x'], 'signet etcdctl -- ARGS; see signet etcdctl --help'],
  ])('answers %j with what is near', async (words, hint) => {
    const { status, stdout, stderr } = await type(...words)
    expect([status, stdout]).toEqual([64, ''])
    expect(stderr.endsWith(`${hint}\n`), stderr).toBe(true)
  })

  it('refuses a request without the signer that it needs', async () => {
    expect(await refusalOf(() => type('request'))).toMatchObject({
      code: 'usage',
      message: 'the signer is not named',
    })
  })

  it('prints no control characters of what was typed', async () => {
    const { stderr } = await type('status', '--\u001b[2J\nsignet: error: forged')
    expect(stderr).toMatch(/^signet: error: [ -~]+\nsignet: hint: [ -~]+\n$/)
  })

  it.each([[['--help']], [['help']], [['help', 'request']], [['member', 'help']], [['request', '--help']]])(
    'answers %j on standard output, with 0',
    async (words) => {
      const { status, stdout, stderr } = await type(...words)
      expect([status, stderr]).toEqual([0, ''])
      expect(stdout).toMatch(/^Usage: signet /)
    },
  )

  it.each(['--version', '-V'])('takes %s for version', async (word) => {
    expect(await type(word)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('says what to type first where no command is named, on standard error, with 64', async () => {
    const { status, stdout, stderr } = await type()
    expect([status, stdout]).toEqual([64, ''])
    expect(stderr).toMatch(/^signet: .+:\n {2}signet .+\n/)
    expect(stderr).toContain('signet --help; ')
  })
})
