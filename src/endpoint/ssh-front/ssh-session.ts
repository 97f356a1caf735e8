import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { ServerChannel, Session } from 'ssh2'
import { SignetError } from '../../core/signet-error.ts'
import { gatherWrites } from '../../host/net/gather-writes.ts'
import { answerFailure } from '../answer-call.ts'
import type { Answer, Call } from '../call.ts'
import { collectInput } from './channel-input.ts'

export interface SshSessionWorld {
  readonly socket: Socket
  readonly address: string
  readonly answer: (call: Call) => Promise<Answer>
  readonly inputTimeoutMs: number
  /** Settles when the whole request has taken too long. */
  readonly outOfTime: Promise<void>
  /** Called once a command was accepted. */
  readonly onCommand: () => void
  /** What the caller must do before we can go on: to send its input, to take its answer. */
  readonly whileOwed: <T>(owed: Promise<T>) => Promise<T>
  /** Called once the answer is on its way. */
  readonly onAnswered: () => void
}

/**
 * Serves the one command of a session. Terminals, environment, X11, agents and subsystems have no listener, and ssh2
 * refuses what nobody listens to.
 */
export function serveSession(session: Session, world: SshSessionWorld): void {
  let isUsed = false
  const serve = (accept: () => ServerChannel, command: string | undefined): void => {
    // A second command gets no answer of its own: ssh2 cannot refuse one beside a channel that is in use.
    if (isUsed) return
    isUsed = true
    // undefined where the client has ended the session already, whatever the types say.
    const channel: ServerChannel | undefined = accept()
    if (channel === undefined) return
    world.onCommand()
    serveChannel(channel, session, { command, ...world }).catch(() => world.socket.destroy())
  }
  session.on('exec', (accept, _reject, { command }) => serve(accept, command))
  session.on('shell', (accept) => serve(accept, undefined))
}

interface ChannelWorld extends SshSessionWorld {
  readonly command: string | undefined
}

async function serveChannel(channel: ServerChannel, session: Session, world: ChannelWorld): Promise<void> {
  const { command, address, socket, inputTimeoutMs, whileOwed } = world
  // Without these, a client that hangs up in the middle of its command ends the whole process.
  channel.on('error', () => socket.destroy())
  channel.stderr.on('error', () => socket.destroy())
  const collected = collectInput(channel, session, inputTimeoutMs)
  const readInput = () => whileOwed(collected())
  const answer = await Promise.race([world.answer({ command, address, readInput }), answerTooLate(world)])
  await whileOwed(deliver(channel, answer, socket))
  world.onAnswered()
}

async function answerTooLate({ outOfTime }: SshSessionWorld): Promise<Answer> {
  await outOfTime
  const error = new SignetError('try-later', 'the answer took too long', { hint: 'try again' })
  return answerFailure(error)
}

async function deliver(channel: ServerChannel, { stdout, stderr, exitStatus }: Answer, socket: Socket): Promise<void> {
  if (isGone(socket)) return
  gatherWrites(socket)
  const gone = new Promise((resolve) => socket.once('close', resolve))
  // A caller may keep its receiving window shut, and a channel that was closed never says that it wrote.
  await Promise.race([Promise.all([write(channel, stdout), write(channel.stderr, stderr)]), gone])
  if (isGone(socket)) return
  channel.exit(exitStatus)
  channel.end()
}

// ssh2 throws out of a timer when a channel is used after the end of its connection, where nobody can catch it.
function isGone(socket: Socket): boolean {
  return socket.destroyed || socket.readableEnded
}

function write(stream: Writable, text: string): Promise<void> {
  return text === '' ? Promise.resolve() : new Promise((resolve) => stream.write(text, () => resolve()))
}
