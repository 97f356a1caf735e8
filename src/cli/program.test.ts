import { describe, expect, it, vi } from 'vitest'
import { version } from '../core/version.ts'
import { runProgram } from './program.ts'

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
    return { status: await runProgram(words, () => Promise.resolve()), ...said }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

describe('the command line', () => {
  it.each([
    [['bogus'], 'signet'],
    [['--bogus'], 'signet'],
    [['request'], 'signet request'],
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

  it('shows how to use it where no command is named, on standard error, with 64', async () => {
    const { status, stdout, stderr } = await type()
    expect([status, stdout]).toEqual([64, ''])
    expect(stderr).toMatch(/^Usage: signet /)
  })
})
