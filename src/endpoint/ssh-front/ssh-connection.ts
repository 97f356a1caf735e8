import type { Socket } from 'node:net'
import type { Connection } from 'ssh2'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { gatherWrites } from '../../host/net/gather-writes.ts'
import type { EmbeddedLimits } from '../admission/front-limits.ts'
import type { PlaceHolder } from '../admission/longest-silent.ts'
import type { RateLimitedLog } from '../admission/rate-limited-log.ts'
import type { Answer, Call } from '../call.ts'
import { guardMessages } from './guard-messages.ts'
import { keepKeyObjects } from './quick-ciphers.ts'
import { createLogin } from './ssh-login.ts'
import { serveSession } from './ssh-session.ts'

export interface SshConnectionWorld {
  /** The caller's address, canonical. */
  readonly address: string
  readonly limits: EmbeddedLimits
  readonly answer: (call: Call) => Promise<Answer>
  readonly refusals: RateLimitedLog
}

/** RFC 4253 section 4.2, with its line end. */
const maxGreetingBytes = 255

/** One TCP connection of a caller: bounded from its first byte to its last, and ended whatever the caller does. */
export class SshConnection implements PlaceHolder {
  readonly #socket: Socket
  readonly #world: SshConnectionWorld
  readonly #outOfTime = Promise.withResolvers<void>()
  #timer: NodeJS.Timeout
  /** Since when the caller owes us the next step of a call; bytes alone are none. */
  #silentSinceMs: number | undefined = performance.now()
  #hasLoggedIn = false
  #hasSession = false
  #hasGreeted = false
  #isAnswering = false
  #isRefused = false

  constructor(socket: Socket, world: SshConnectionWorld) {
    this.#socket = socket
    this.#world = world
    // Without it, an answer waits for the acknowledgement of the packet before it: 180 ms instead of 7.
    socket.setNoDelay(true)
    // Before ssh2's own listener, whose replies are meant.
    socket.on('data', () => gatherWrites(socket))
    socket.on('error', () => socket.destroy())
    socket.once('close', () => clearTimeout(this.#timer))
    // Also for callers who never send a byte: ssh2 has no such limit of its own.
    this.#timer = setTimeout(() => socket.destroy(), world.limits.loginTimeoutMs)
  }

  /** Whether a command is being answered. */
  get isBusy(): boolean {
    return this.#isAnswering
  }

  get silentSinceMs(): number | undefined {
    return this.#silentSinceMs
  }

  get hasLoggedIn(): boolean {
    return this.#hasLoggedIn
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Ends the connection, since others wait for its place. */
  giveWay(): void {
    const { refusals, address } = this.#world
    refusals.warn('silence', { address, reason: 'said nothing while others waited' }, 'a connection was ended')
    this.#endRequest()
  }

  /** Called after ssh2 was given the socket. */
  watchTraffic(): void {
    const { maxReceivedBytes, maxUnsentBytes } = this.#world.limits
    const socket = this.#socket
    // Called before ssh2 reads the chunk.
    socket.on('data', ({ length }) => {
      // ssh2 bounds no line of carriage returns, and reads all of it again with each byte more.
      if (!this.#hasGreeted && socket.bytesRead - length > maxGreetingBytes)
        this.#refuse('protocol', 'its first line is too long')
      // Requests cost the caller little and make us reply; one who does not read the replies would fill the memory.
      if (socket.bytesRead <= maxReceivedBytes && socket.writableLength <= maxUnsentBytes) return
      this.#refuse('flood', 'sent too much, or does not read')
    })
  }

  /** Called once ssh2 has read the caller's first line. */
  serve(connection: Connection): void {
    const { limits } = this.#world
    this.#hasGreeted = true
    let rekeys = 0
    guardMessages(connection, {
      isEnded: () => this.#isRefused || this.#socket.writableEnded,
      refuse: (reason) => this.#refuse('protocol', reason),
    })
    connection.on('error', (error: Error) => this.#note(error))
    this.#noteStep()
    connection.once('handshake', () => this.#noteStep())
    connection.on('handshake', () => keepKeyObjects(connection))
    connection.on('rekey', () => {
      rekeys += 1
      if (rekeys > limits.maxRekeys) this.#refuse('flood', 'exchanges keys again and again')
    })
    const giveUp = (): void => this.#refuse('login', 'was not let in')
    connection.on('authentication', createLogin({ maxAttempts: limits.maxLoginAttempts, giveUp }))
    connection.once('ready', () => {
      this.#hasLoggedIn = true
      this.#noteStep()
      this.#startRequest()
    })
    connection.on('session', (accept, reject) => {
      // One session a connection: each would cost memory and a place of its own.
      if (this.#hasSession) return reject()
      this.#hasSession = true
      serveSession(accept(), this.#sessionWorld())
    })
  }

  #sessionWorld() {
    const { address, answer, limits } = this.#world
    const onCommand = (): void => {
      this.#isAnswering = true
      this.#silentSinceMs = undefined
    }
    return {
      socket: this.#socket,
      address,
      answer,
      inputTimeoutMs: limits.inputTimeoutMs,
      outOfTime: this.#outOfTime.promise,
      onCommand,
      whileOwed: <T>(owed: Promise<T>) => this.#whileOwed(owed),
      onAnswered: () => this.#linger(),
    }
  }

  #noteStep(): void {
    this.#silentSinceMs = performance.now()
  }

  async #whileOwed<T>(owed: Promise<T>): Promise<T> {
    this.#noteStep()
    try {
      return await owed
    } finally {
      this.#silentSinceMs = undefined
    }
  }

  #startRequest(): void {
    this.#restartTimer(this.#world.limits.requestTimeoutMs, () => this.#endRequest())
  }

  #endRequest(): void {
    if (!this.#isAnswering) {
      this.destroy()
      return
    }
    this.#outOfTime.resolve()
    // Even that answer may find a caller who does not take it.
    this.#linger()
  }

  // The caller closes first, once it has the exit status: a SSH_MSG_DISCONNECT from here would make ssh exit with 255.
  #linger(): void {
    this.#restartTimer(this.#world.limits.lingerMs, () => this.destroy())
  }

  #restartTimer(timeoutMs: number, action: () => void): void {
    clearTimeout(this.#timer)
    if (!this.#socket.destroyed) this.#timer = setTimeout(action, timeoutMs)
  }

  #note(error: Error): void {
    const { refusals, address } = this.#world
    refusals.warn('connection', { address, reason: quoteUntrusted(error.message) }, 'a connection broke')
  }

  #refuse(kind: string, reason: string): void {
    if (this.#isRefused) return
    this.#isRefused = true
    const { refusals, address } = this.#world
    refusals.warn(kind, { address, reason }, 'a connection was ended')
    // What was just written, such as the rejection of a log-in, still goes out.
    this.#socket.destroySoon()
    // A caller who does not read would keep that waiting.
    this.#linger()
  }
}
