// `signet recover --rejoin` in a process of its own, for a test that kills it. It asks before every change of a file, and leaves the
// units to the test, which is its service manager and lives on, as systemd does.
import { asSignetError } from '../../../src/core/signet-error.ts'
import type { HostLayout } from '../../../src/host/host-layout.ts'
import type { Systemd } from '../../../src/host/programs/systemd-unit.ts'
import { sandboxWorld } from '../../../src/sandbox/sandbox-host.ts'
import type { HostWorld } from '../../../src/setup/host-world.ts'
import { readRejoinPlan, rejoinHost } from '../../../src/setup/rejoin/rejoin-host.ts'
import { silentListener } from '../silent.ts'

/** What the test says first: which host this is, and where it is to go. */
export interface KillableRejoin {
  readonly name: string
  readonly layout: HostLayout
  readonly etcdPorts: HostWorld['etcdPorts']
  readonly cluster: string
  /** The step at which the operator interrupts it, so that it is undone. */
  readonly interruptAt?: string | undefined
}

/** What this process asks for, and the test answers under the same number: a call of the service manager, or leave to go on. */
export interface RejoinAsked {
  readonly ask: number
  readonly what: string
  readonly systemd?: { readonly method: keyof Systemd; readonly args: readonly unknown[] }
}

/** The answer of the test. */
export interface RejoinAnswered {
  readonly ask: number
  readonly value?: unknown
}

const waiting = new Map<number, (answer: RejoinAnswered) => void>()

async function ask(question: Omit<RejoinAsked, 'ask'>): Promise<unknown> {
  const number = waiting.size
  const answered = new Promise<RejoinAnswered>((resolve) => waiting.set(number, resolve))
  process.send?.({ ...question, ask: number })
  return (await answered).value
}

const asking = new Set(['write', 'remove', 'removeTree', 'makeDirectory'])

function askingFiles(files: HostWorld['files']): HostWorld['files'] {
  const wrapped = Object.entries(files).map(([name, call]) => {
    if (!asking.has(name)) return [name, call] as const
    const careful = async (path: string, ...rest: unknown[]): Promise<unknown> => {
      await ask({ what: `${name} ${path}` })
      return Reflect.apply(call, files, [path, ...rest])
    }
    return [name, careful] as const
  })
  return Object.fromEntries(wrapped) as unknown as HostWorld['files']
}

const askingSystemd = new Proxy({} as Systemd, {
  get: (_, method: keyof Systemd) => {
    if (method === 'logOf') return () => 'a log'
    return (...args: readonly unknown[]) =>
      ask({ what: `systemd ${method} ${args.join(' ')}`, systemd: { method, args } })
  },
})

async function rejoinHere({ name, layout, etcdPorts, cluster, interruptAt }: KillableRejoin): Promise<void> {
  const interrupt = new AbortController()
  const { signal } = interrupt
  const host = sandboxWorld({ name, layout, signal, leaveOut: () => {} }, askingSystemd, etcdPorts)
  const world = { ...host, files: askingFiles(host.files) }
  const plan = await readRejoinPlan({ cluster }, world, { membersLastSeen: async () => [] })
  const started = ({ id }: { readonly id: string }): void => {
    if (id !== interruptAt) return
    void ask({ what: 'interrupt' })
    interrupt.abort()
  }
  await rejoinHost(plan, { listener: { ...silentListener, started } }, world)
}

process.on('message', (message: RejoinAnswered | KillableRejoin) => {
  if ('ask' in message) return waiting.get(message.ask)?.(message)
  rejoinHere(message).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${asSignetError(error).message}\n`)
      process.exit(1)
    },
  )
})
