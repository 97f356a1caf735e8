import type { Socket } from 'node:net'
import { parseIpAddress } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { countsQuestion } from '../../protocol/endpoint-counts.ts'
import { LineSplitter } from '../../protocol/line-splitter.ts'
import {
  formatRelayAnswer,
  inputRequest,
  maxRelayLineBytes,
  parseRelayCall,
  parseRelayInput,
} from '../../protocol/relay-message.ts'
import type { RelayLimits } from '../admission/front-limits.ts'
import type { PlaceHolder } from '../admission/longest-silent.ts'
import type { RateLimitedLog } from '../admission/rate-limited-log.ts'
import { answerFailure } from '../answer-call.ts'
import type { Answer, Call } from '../call.ts'
import { withinInputTime } from '../input-time.ts'

export interface RelayConnectionWorld {
  readonly limits: RelayLimits
  readonly answer: (call: Call) => Promise<Answer>
  readonly refusals: RateLimitedLog
  /** How many calls were answered, as text. */
  readonly describeCounts: () => string
}

/** One call that sshd let in and a relay hands on: a line with the call, where asked for its input, and the answer. */
export class RelayConnection implements PlaceHolder {
  readonly #socket: Socket
  readonly #world: RelayConnectionWorld
  readonly #input = Promise.withResolvers<Buffer>()
  readonly #outOfTime = Promise.withResolvers<Answer>()
  #silentSinceMs: number | undefined = performance.now()
  #timer: NodeJS.Timeout
  #state: 'new' | 'answering' | 'reading' | 'done' = 'new'

  constructor(socket: Socket, world: RelayConnectionWorld) {
    this.#socket = socket
    this.#world = world
    this.#timer = setTimeout(() => socket.destroy(), world.limits.callTimeoutMs)
    // Nobody may be waiting for it, or ever.
    this.#input.promise.catch(() => {})
    const lines = new LineSplitter(maxRelayLineBytes)
    socket.on('data', (chunk) => this.#receive(chunk, lines))
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      clearTimeout(this.#timer)
      // The caller hung up: half a CSR must not pass for a whole one.
      this.#input.reject(new SignetError('bad-data', 'standard input ended without an end of file'))
    })
  }

  /** Whether a command is being answered. */
  get isBusy(): boolean {
    return this.#state === 'answering' || this.#state === 'reading'
  }

  get silentSinceMs(): number | undefined {
    return this.#silentSinceMs
  }

  /** sshd lets callers in before their relay says a word. */
  get hasLoggedIn(): boolean {
    return this.#state !== 'new'
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Ends the call, since another comes for its place. */
  giveWay(): void {
    this.#world.refusals.warn('silence', { reason: 'said nothing while others came' }, 'a relay was sent away')
    if (this.#state === 'new') this.#socket.destroy()
    else this.#outOfTime.resolve(answerTooLate())
  }

  #receive(chunk: Buffer, lines: LineSplitter): void {
    try {
      for (const line of lines.push(chunk)) this.#take(line)
    } catch (error) {
      // Our relay sends no such lines: another process of that account does.
      this.#world.refusals.warn('relay', { reason: asSignetError(error).message }, 'a relay was cut off')
      this.#socket.destroy()
    }
  }

  #take(line: string): void {
    if (this.#state === 'new' && line === countsQuestion) this.#tellCounts()
    else if (this.#state === 'new') this.#begin(line)
    else if (this.#state === 'reading') {
      this.#state = 'answering'
      this.#silentSinceMs = undefined
      this.#input.resolve(parseRelayInput(line))
    } else throw new SignetError('bad-data', 'a line on the relay socket was not asked for')
  }

  #begin(line: string): void {
    const { address: sent, command } = parseRelayCall(line)
    const address = readAddress(sent)
    this.#state = 'answering'
    this.#silentSinceMs = undefined
    const call = { address, command: command ?? undefined, readInput: () => this.#readInput() }
    this.#serve(call).catch(() => this.#socket.destroy())
  }

  #tellCounts(): void {
    this.#state = 'done'
    this.#socket.end(`${formatRelayAnswer({ exitStatus: 0, stdout: this.#world.describeCounts(), stderr: '' })}\n`)
  }

  #readInput(): Promise<Buffer> {
    this.#state = 'reading'
    this.#silentSinceMs = performance.now()
    this.#socket.write(`${inputRequest}\n`)
    return withinInputTime(this.#input.promise, this.#world.limits.inputTimeoutMs)
  }

  async #serve(call: Call): Promise<void> {
    const { answer, limits } = this.#world
    this.#restartTimer(limits.requestTimeoutMs, () => this.#outOfTime.resolve(answerTooLate()))
    const given = await Promise.race([answer(call), this.#outOfTime.promise])
    this.#state = 'done'
    this.#silentSinceMs = performance.now()
    this.#restartTimer(limits.lingerMs, () => this.#socket.destroy())
    this.#socket.end(`${formatRelayAnswer(given)}\n`)
  }

  #restartTimer(timeoutMs: number, action: () => void): void {
    clearTimeout(this.#timer)
    if (!this.#socket.destroyed) this.#timer = setTimeout(action, timeoutMs)
  }
}

// sshd writes it; a zone says on which of our interfaces a link-local caller is.
function readAddress(text: string): string {
  const address = parseIpAddress(text.split('%')[0] ?? '')
  if (address !== undefined) return address
  throw new SignetError('bad-data', `a relay was called from ${quoteUntrusted(text)}, which is no address`)
}

function answerTooLate(): Answer {
  return answerFailure(new SignetError('try-later', 'the answer took too long', { hint: 'try again' }))
}
