// `signet join` in a process of its own, for a test that kills it. It asks before every change of a file, and leaves the
// units to the test, which is its service manager and lives on, as systemd does.
import { PassThrough } from 'node:stream'
import { type JoinOptions, runJoin } from '../../../src/cli/host/join.ts'
import { asSignetError } from '../../../src/core/signet-error.ts'
import type { LocalFiles } from '../../../src/host/files/local-files.ts'
import { type TestPlace, testWorld } from './test-world.ts'

/** What the test says first. */
export interface KillableJoin {
  readonly place: TestPlace
  readonly options: JoinOptions
}

/** What this process asks for and the test answers under the same number. */
export type Asked = Question & { readonly ask: number }

type Question = { readonly change: string } | { readonly command: string; readonly args: readonly string[] }

/** The answer of the test. */
export interface Answered {
  readonly ask: number
  readonly text?: string
  readonly failure?: string
}

const waiting = new Map<number, (answer: Answered) => void>()

async function ask(question: Question): Promise<string> {
  const number = waiting.size
  const answered = new Promise<Answered>((resolve) => waiting.set(number, resolve))
  process.send?.({ ...question, ask: number })
  const { text = '', failure } = await answered
  if (failure !== undefined) throw new Error(failure)
  return text
}

function askingFiles(files: LocalFiles): LocalFiles {
  return {
    ...files,
    write: async (path, text, settings) => {
      await ask({ change: `write ${path} ${path.endsWith('progress.json') ? text.trim() : ''}` })
      await files.write(path, text, settings)
    },
    remove: async (path) => {
      await ask({ change: `remove ${path}` })
      await files.remove(path)
    },
    removeTree: async (path) => {
      await ask({ change: `remove ${path}` })
      await files.removeTree(path)
    },
  }
}

async function joinHere({ place, options }: KillableJoin): Promise<void> {
  const world = testWorld(place, (command, args) => ask({ command, args }))
  const streams = { stdout: new PassThrough(), stderr: process.stderr }
  await runJoin(options, streams, { ...world, files: askingFiles(world.files) })
}

process.on('message', (message: Answered | KillableJoin) => {
  if ('ask' in message) return waiting.get(message.ask)?.(message)
  joinHere(message).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${asSignetError(error).message}\n`)
      process.exit(1)
    },
  )
})
