import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { confirmAtTerminal } from './confirm-at-terminal.ts'

function terminal(isTTY: boolean) {
  const stdin = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.ReadStream & PassThrough
  const stderr = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream & PassThrough
  return { stdin, stderr }
}

const never = new AbortController().signal

it.each([
  ['y\n', true],
  ['YES\n', true],
  [' y \n', true],
  ['n\n', false],
  ['yesterday\n', false],
  ['\n', false],
])('takes %j for %s', async (typed, expected) => {
  const { stdin, stderr } = terminal(true)
  const answer = confirmAtTerminal('Close joins?', { stdin, stderr }, never)
  stdin.write(typed)
  expect(await answer).toBe(expected)
  expect(String(stderr.read())).toBe('Close joins? [y/N] ')
})

it('takes Ctrl-D and Ctrl-C for no', async () => {
  const closed = terminal(true)
  const atEnd = confirmAtTerminal('Close joins?', closed, never)
  closed.stdin.end()
  expect(await atEnd).toBe(false)
  const interrupt = new AbortController()
  const interrupted = confirmAtTerminal('Close joins?', terminal(true), interrupt.signal)
  interrupt.abort()
  expect(await interrupted).toBe(false)
})

it('asks nobody where there is no terminal', async () => {
  const { stdin, stderr } = terminal(false)
  expect(await confirmAtTerminal('Close joins?', { stdin, stderr }, never)).toBeUndefined()
  expect(stderr.read()).toBeNull()
})
