import { expect, it } from 'vitest'
import { ownMain } from '../support/shell/own-program.ts'
import { shell } from '../support/shell/shell.ts'

const signet = `'${process.execPath}' '${ownMain}'`
const run = (line: string) => shell(line, { directory: '/' })

it.each(['version', '--help', 'status --json'])(
  'says so and ends with 78, which means nothing else, where the output of %s finds no room',
  async (command) => {
    const { status, stderr } = await run(`${signet} ${command} > /dev/full`)
    expect(stderr).toBe(
      'signet: error: standard output cannot be written (ENOSPC) [configuration, status 78]\nsignet: hint: make room where it goes, then run it again\n',
    )
    expect(status).toBe(78)
  },
)

it('says nothing where the reader of its output goes away early', async () => {
  expect(await run(`${signet} --help | :`)).toEqual({ status: 0, stdout: '', stderr: '' })
})

it('puts out no escape sequences where nobody is at a terminal', async () => {
  const { stdout, stderr } = await run(`FORCE_COLOR=1 ${signet} status; FORCE_COLOR=1 ${signet} --help`)
  expect(stdout).not.toBe('')
  expect(stdout + stderr).not.toContain('\u001b')
})
