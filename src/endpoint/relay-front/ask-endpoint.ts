import { createConnection, type Socket } from 'node:net'
import { formatFailureLines } from '../../core/failure-lines.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { maxInputBytes } from '../../protocol/csr-input.ts'
import { LineSplitter } from '../../protocol/line-splitter.ts'
import {
  formatRelayCall,
  formatRelayInput,
  inputRequest,
  maxRelayLineBytes,
  parseRelayAnswer,
  type RelayAnswer,
} from '../../protocol/relay-message.ts'

// Imports stay few and small: this is one process a call.

/** Under this name the program is the account's login shell, and does nothing but relay, whatever its arguments. */
const relayName = 'signet-relay'

/** The socket of `signet.yaml`'s default; the relay reads no configuration, which costs time and which it need not see. */
export const defaultSocket = '/run/signet/relay.sock'

const deadlineMs = 60_000

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
  const { exitStatus, stdout, stderr } = await askEndpoint(world).catch(answerFailure)
  await Promise.all([write(world.stdout, stdout), write(world.stderr, stderr)])
  return exitStatus
}

function answerFailure(caught: unknown): RelayAnswer {
  const error = asSignetError(caught)
  return { exitStatus: error.exitStatus, stdout: '', stderr: formatFailureLines(error) }
}

function askEndpoint({ environment, openStdin, socketPath }: RelayWorld): Promise<RelayAnswer> {
  const [address = ''] = (environment['SSH_CONNECTION'] ?? '').split(' ')
  const command = environment['SSH_ORIGINAL_COMMAND'] ?? null
  if (address === '') throw notFromSshd()
  const socket = createConnection(socketPath)
  socket.write(`${formatRelayCall({ address, command })}\n`)
  return readAnswer(socket, openStdin)
}

function readAnswer(socket: Socket, openStdin: () => NodeJS.ReadableStream): Promise<RelayAnswer> {
  return new Promise((resolve, reject) => {
    const lines = new LineSplitter(maxRelayLineBytes)
    socket.setTimeout(deadlineMs, () => socket.destroy())
    socket.on('data', (chunk) => {
      try {
        for (const line of lines.push(chunk)) {
          if (line === inputRequest) sendInput(openStdin(), socket)
          else resolve(parseRelayAnswer(line))
        }
      } catch (error) {
        reject(error)
        socket.destroy()
      }
    })
    socket.once('error', (cause) => reject(absent(cause)))
    socket.once('close', () => reject(absent()))
  })
}

function sendInput(stdin: NodeJS.ReadableStream, socket: Socket): void {
  const chunks: Buffer[] = []
  let length = 0
  let sent = false
  const send = (): void => {
    if (!sent) socket.write(`${formatRelayInput(Buffer.concat(chunks))}\n`)
    sent = true
  }
  stdin.on('data', (chunk: Buffer) => {
    // One byte too many says enough; what a caller sends beyond it must not fill the memory.
    if (length <= maxInputBytes) chunks.push(chunk)
    length += chunk.length
    if (length > maxInputBytes) send()
  })
  stdin.once('end', send)
  stdin.once('error', () => socket.destroy())
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

function absent(cause?: unknown): SignetError {
  return new SignetError('unavailable', 'the endpoint does not answer on this host', {
    hint: 'ask the leader; or try again, and if it stays, there: systemctl status signet-endpoint',
    cause,
  })
}
