import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../test/support/refusal.ts'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { parsePort } from '../client/typed-signer.ts'
import { hostLayout } from '../host/host-layout.ts'
import { parseSandboxOptions } from '../sandbox/sandbox-options.ts'
import { parseRelaySocket } from './daemon/relay.ts'
import { parseDaemonCall } from './daemon/run-daemon.ts'
import { buildProgram } from './program.ts'

/** The command line with commands that do nothing: only what stands before them is looked at. */
function idleProgram(): Command {
  const program = buildProgram(() => Promise.resolve())
  const silence = (command: Command): void => {
    command.exitOverride().action(() => {})
    command.configureOutput({ writeErr: () => {}, outputError: () => {} })
    for (const inner of command.commands) silence(inner)
  }
  for (const command of program.commands) silence(command)
  return program
}

const type = (...words: readonly string[]): Promise<unknown> => idleProgram().parseAsync(words, { from: 'user' })
const refuse = (...words: readonly string[]): Promise<Error> => refusalOf(() => type(...words))

/** Every command at the end of the tree, as it is typed. */
const lines: readonly (readonly string[])[] = leavesOf(
  buildProgram(() => Promise.resolve()),
  [],
)

function leavesOf(command: Command, path: readonly string[]): readonly (readonly string[])[] {
  if (command.commands.length === 0) return [path]
  return command.commands.flatMap((inner) => leavesOf(inner, [...path, inner.name()]))
}

function commandAt(path: readonly string[]): Command {
  return path.reduce<Command>(
    (command, name) => command.commands.find((inner) => inner.name() === name) ?? command,
    idleProgram(),
  )
}

const takesValues = lines.flatMap((path) =>
  commandAt(path)
    .options.filter(({ required, variadic, description }) => required && !variadic && !/repeatable/.test(description))
    .map(({ long }) => [path.join(' '), long ?? '', path] as const),
)

/** What a command needs to be accepted at all. */
const needed: Readonly<Record<string, readonly string[]>> = {
  'member remove': ['etcd-3'],
  'etcd use': ['/opt/etcd'],
  'snapshot verify': ['one.db'],
  'snapshot fetch': ['one.db'],
}

describe('every command', () => {
  it('is looked at', () => {
    expect(lines.length).toBeGreaterThan(15)
    expect(takesValues.length).toBeGreaterThan(40)
  })

  it.each(takesValues)('%s refuses an empty value of %s', async (name, option, path) => {
    const failure = await refuse(...path, ...(needed[name] ?? []), `${option}=`)
    expect(failure).toMatchObject({ code: 'usage', message: `the value of ${option} is empty` })
  })

  it.each(takesValues)('%s refuses %s twice, of which one would count for nothing', async (name, option, path) => {
    const failure = await refuse(...path, ...(needed[name] ?? []), `${option}=a`, `${option}=b`)
    expect(failure).toMatchObject({ code: 'usage', message: `${option} is given more than once` })
  })

  const withOptions = lines.filter((path) => commandAt(path).options.length > 0)
  it.each(withOptions.map((path) => [path.join(' '), path] as const))(
    '%s names what is near an option',
    async (name, path) => {
      const [near] = commandAt(path).options.flatMap(({ long }) => long ?? [])
      await expect(type(...path, ...(needed[name] ?? []), `${near}x`)).rejects.toThrow(`(Did you mean ${near}?)`)
    },
  )
})

describe('options that another one makes idle', () => {
  it.each([
    ['status --dir /pki --port 2222', '--port means nothing without --signer-ip'],
    ['status --ssh-config f', '--ssh-config means nothing without --signer-ip'],
    ['doctor --port=2222', '--port means nothing without --signer-ip'],
    ['doctor --ssh-config f --sandbox d', '--ssh-config means nothing without --signer-ip'],
    ['renew --dir /pki --state /s', '--dir means nothing with --state'],
    ['renew --daemon --force', '--force means nothing with --daemon'],
    ['renew --wait=50s --daemon', '--wait means nothing with --daemon'],
  ])('are refused: %s', async (line, message) => {
    expect(await refuse(...line.split(' '))).toMatchObject({ code: 'usage', message })
  })

  it.each(['status --port 2222 --signer-ip 192.0.2.11', 'renew --wait=50s --force', 'init --network a --network b'])(
    'are taken with what they need: %s',
    async (line) => {
      await expect(type(...line.split(' '))).resolves.toBeDefined()
    },
  )

  it('is an argument too, where it is empty: a variable that is not set', async () => {
    expect(await refuse('member', 'remove', '')).toMatchObject({ code: 'usage', message: 'an argument is empty' })
    await expect(type('etcdctl', '--', 'get', '--prefix', '')).resolves.toBeDefined()
  })
})

describe('a daemon', () => {
  it.each([
    ['authority', '--confg=x'],
    ['authority', '--ready-file=x'],
    ['authority', '--config='],
    ['endpoint', '--config=a', '--config=b'],
    ['endpoint', 'x'],
    ['authority', '--help'],
    ['status'],
  ])('is not started by %s %s', (...words) => {
    expect(parseDaemonCall(words)).toBeUndefined()
  })

  it('is started with what it is told', () => {
    expect(parseDaemonCall(['endpoint', '--config', 'a', '--ready-file=b'])).toEqual({
      daemon: 'endpoint',
      configFile: 'a',
      readyFile: 'b',
    })
  })

  it.each([
    [['relay'], '/run/signet/relay.sock'],
    [['relay', '--socket=/s'], '/s'],
    [['relay', '--socket', '/s'], '/s'],
    [['relay', '--sock=/s'], undefined],
    [['relay', '--socket=s'], undefined],
    [['relay', '-c', 'get-status'], undefined],
    [['relay', '--help'], undefined],
  ])('relays at the socket of %j: %s', (words, socket) => {
    expect(parseRelaySocket(words)).toBe(socket)
  })

  it('relays by itself to where the endpoint of a host listens', () => {
    expect(parseRelaySocket(['relay'])).toBe(hostLayout().relaySocket)
  })
})

it.each(['', '0', '65536', 'abc', '022', '22x', '-1', '2e3', ' 22'])('%j is no port', (text) => {
  expect(syncRefusalOf(() => parsePort(text))).toMatchObject({ code: 'usage' })
})

it.each(['', '0', '10', 'two', '1.5', '-1'])('%j is no number of members', (members) => {
  const options = { members, clientLifetime: '24h', network: ['127.0.0.0/8'] }
  expect(syncRefusalOf(() => parseSandboxOptions(options))).toMatchObject({ code: 'usage' })
})
