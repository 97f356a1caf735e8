import { formatFailureLines } from '../../core/failure-lines.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { askEndpoint } from '../../endpoint/relay-front/ask-endpoint.ts'
import type { RelayAnswer } from '../../protocol/relay-message.ts'

// Imports stay few and small: this is one process a call.

/** Under this name the program is the account's login shell, and does nothing but relay, whatever its arguments. */
const relayName = 'signet-relay'

/** As `hostLayout` has it. The relay loads neither that nor a configuration, which costs time and which it need not see. */
export const defaultSocket = '/run/signet/relay.sock'

export interface RelayWorld {
  readonly environment: NodeJS.ProcessEnv
  /** Opened only when the endpoint asks for it. */
  readonly openStdin: () => NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly socketPath: string
}

/** Whether the program was started as a login shell: `-signet-relay`, or `signet-relay -c COMMAND` by sshd. */
export function isLoginShell(argv0: string): boolean {
  return argv0.slice(argv0.lastIndexOf('/') + 1).replace(/^-/, '') === relayName
}

/**
 * The socket that `signet relay --socket=PATH` names; undefined for other arguments, of which the command line proper says
 * what is wrong. A login shell's arguments are a caller's, and are not looked at.
 */
export function parseRelaySocket([, ...options]: readonly string[]): string | undefined {
  if (options.length === 0) return defaultSocket
  return /^--socket[= ](\/[^ ]*)$/.exec(options.join(' '))?.[1]
}

/**
 * Hands one call on to the endpoint and returns the exit status of its answer. The command is SSH_ORIGINAL_COMMAND, which
 * is hostile text: it is sent as one JSON string, and never split, run or given to a shell.
 */
export async function runRelay(world: RelayWorld): Promise<number> {
  const { exitStatus, stdout, stderr } = await relayCall(world).catch(answerCaught)
  await Promise.all([write(world.stdout, stdout), write(world.stderr, stderr)])
  return exitStatus
}

async function relayCall({ environment, openStdin, socketPath }: RelayWorld): Promise<RelayAnswer> {
  const [address = ''] = (environment['SSH_CONNECTION'] ?? '').split(' ')
  const command = environment['SSH_ORIGINAL_COMMAND'] ?? null
  if (address === '') throw notFromSshd()
  return askEndpoint(socketPath, { address, command }, openStdin)
}

function answerCaught(caught: unknown): RelayAnswer {
  const error = asSignetError(caught)
  return { exitStatus: error.exitStatus, stdout: '', stderr: formatFailureLines(error) }
}

function write(stream: NodeJS.WritableStream, text: string): Promise<void> {
  // A caller who went away in the meantime is no failure of ours.
  stream.on('error', () => {})
  return text === '' ? Promise.resolve() : new Promise((resolve) => stream.write(text, () => resolve()))
}

function notFromSshd(): SignetError {
  return new SignetError('usage', 'the relay is started by sshd, for the account signer', {
    hint: 'from another host: ssh signer@LEADER help',
  })
}
