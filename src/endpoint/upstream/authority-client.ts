import { createConnection, type Socket } from 'node:net'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { gatherWrites } from '../../host/net/gather-writes.ts'
import {
  type AuthorityAnswer,
  type AuthorityMasters,
  type AuthorityMembers,
  type AuthorityMetrics,
  type AuthorityQuestion,
  type AuthorityRequest,
  type AuthorityStatus,
  maxLineBytes,
  parseAuthorityAnswer,
  parseFailure,
  type SigningQuestion,
  strangeAnswer,
} from '../../protocol/authority-message.ts'
import { LineSplitter } from '../../protocol/line-splitter.ts'
import type { EndpointAuthority } from '../endpoint-world.ts'

export interface AuthorityClientOptions {
  readonly socketPath: string
  /** How long one question may take. */
  readonly deadlineMs?: number
  /** How many questions may wait at once; one more is refused with `try-later`. */
  readonly maxInFlight?: number
}

/** What is answered, by kind. */
interface Answers {
  readonly certificate: string
  readonly status: AuthorityStatus
  readonly masters: AuthorityMasters
  readonly members: AuthorityMembers
  readonly metrics: AuthorityMetrics
}

interface Waiting {
  readonly socket: Socket
  readonly timer: NodeJS.Timeout
  readonly resolve: (answer: AuthorityAnswer) => void
  readonly reject: (error: SignetError) => void
}

/**
 * Asks the authority over one lasting connection, many questions at once. Connects at the first question and again
 * after the connection broke; what waited then fails, since it may have been signed already.
 */
export class AuthorityClient implements EndpointAuthority {
  readonly #options: Required<AuthorityClientOptions>
  readonly #waiting = new Map<number, Waiting>()
  #socket: Socket | undefined
  #lastId = 0

  constructor(options: AuthorityClientOptions) {
    this.#options = { deadlineMs: 10_000, maxInFlight: 4096, ...options }
  }

  sign(question: SigningQuestion): Promise<string> {
    return this.#askFor('certificate', question)
  }

  status(): Promise<AuthorityStatus> {
    return this.#askFor('status', { ask: 'status' })
  }

  masters(): Promise<AuthorityMasters> {
    return this.#askFor('masters', { ask: 'masters' })
  }

  members(): Promise<AuthorityMembers> {
    return this.#askFor('members', { ask: 'members' })
  }

  metrics(): Promise<AuthorityMetrics> {
    return this.#askFor('metrics', { ask: 'metrics' })
  }

  /** Ends the connection; what waits fails. */
  close(): void {
    this.#socket?.destroy()
  }

  async #askFor<Kind extends keyof Answers>(kind: Kind, question: AuthorityQuestion): Promise<Answers[Kind]> {
    const answer: Partial<Answers> = await this.#ask(question)
    const told = answer[kind]
    if (told === undefined) throw strangeAnswer('the signing authority answered another question')
    return told
  }

  async #ask(question: AuthorityQuestion): Promise<Exclude<AuthorityAnswer, { failure: unknown }>> {
    const { maxInFlight, deadlineMs } = this.#options
    if (this.#waiting.size >= maxInFlight) throw overloaded()
    const socket = this.#connect()
    this.#lastId += 1
    const id = this.#lastId
    const answer = await new Promise<AuthorityAnswer>((resolve, reject) => {
      const timer = setTimeout(() => this.#take(id)?.reject(tooSlow(deadlineMs)), deadlineMs)
      this.#waiting.set(id, { socket, timer, resolve, reject })
      gatherWrites(socket)
      const request: AuthorityRequest = { id, question }
      socket.write(`${JSON.stringify(request)}\n`)
    })
    if ('failure' in answer) throw parseFailure(answer.failure)
    return answer
  }

  #connect(): Socket {
    if (this.#socket !== undefined) return this.#socket
    const socket = createConnection(this.#options.socketPath)
    const lines = new LineSplitter(maxLineBytes)
    let failure: unknown
    socket.on('data', (chunk) => this.#receive(chunk, lines, socket))
    socket.on('error', (error) => {
      failure = error
    })
    socket.on('close', () => this.#lose(socket, failure))
    this.#socket = socket
    return socket
  }

  #receive(chunk: Buffer, lines: LineSplitter, socket: Socket): void {
    try {
      for (const line of lines.push(chunk)) {
        const answer = parseAuthorityAnswer(line)
        // Nobody waits for it any more where its deadline is over.
        this.#take(answer.id)?.resolve(answer)
      }
    } catch (error) {
      // After one broken line nothing on this connection can be trusted to belong to its question.
      socket.destroy(asSignetError(error))
    }
  }

  #lose(socket: Socket, failure: unknown): void {
    if (this.#socket === socket) this.#socket = undefined
    const error = failure instanceof SignetError ? asUnavailable(failure) : absent(failure)
    for (const [id, waiting] of this.#waiting) {
      if (waiting.socket === socket) this.#take(id)?.reject(error)
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return undefined
    this.#waiting.delete(id)
    clearTimeout(waiting.timer)
    return waiting
  }
}

function absent(cause: unknown): SignetError {
  return new SignetError('unavailable', 'the signing authority does not answer', {
    hint: 'try again; if it stays, on the signer: systemctl status signet-authority',
    cause,
  })
}

function asUnavailable(cause: SignetError): SignetError {
  const { message, hint } = cause
  return hint === undefined ? strangeAnswer(message, cause) : new SignetError('unavailable', message, { hint, cause })
}

function tooSlow(deadlineMs: number): SignetError {
  return new SignetError('try-later', `the signing authority did not answer within ${deadlineMs / 1000} s`, {
    hint: 'try again; if it stays, look at the disk of the journal on the signer',
  })
}

function overloaded(): SignetError {
  return new SignetError('try-later', 'too many questions wait for the signing authority', { hint: 'try again' })
}
