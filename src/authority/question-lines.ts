import type { Socket } from 'node:net'

/** Answers a line, and never rejects. */
type AnswerLine = (line: string, socket: Socket) => Promise<void>

/** At once, over all connections; the endpoint asks for no more callers than that at once where it serves them itself. */
const maxUnderWay = 256

/**
 * The lines that were read and are not answered yet. So many are answered at once, and none of a peer that does not read its
 * answers; of a connection whose lines wait, nothing more is read. A few bytes ask for 64 KiB: without it, whoever breaks the
 * endpoint could fill the memory of the process that holds the key, or keep it busy for as long.
 */
export class QuestionLines {
  readonly #answer: AnswerLine
  readonly #waiting = new Map<Socket, string[]>()
  readonly #underWay = new Set<Promise<void>>()
  #isClosed = false

  constructor(answer: AnswerLine) {
    this.#answer = answer
  }

  /** Watches a connection until it is closed. */
  open(socket: Socket): void {
    this.#waiting.set(socket, [])
    socket.on('drain', () => this.#startNext())
    socket.once('close', () => {
      this.#waiting.delete(socket)
      this.#startNext()
    })
  }

  add(socket: Socket, lines: readonly string[]): void {
    this.#waiting.get(socket)?.push(...lines)
    this.#startNext()
  }

  /** Reads no more, and settles once what was asked is answered, but for those who do not read. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const socket of this.#waiting.keys()) socket.pause()
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  #startNext(): void {
    // One line of each connection in turn.
    for (let started = true; started; ) {
      started = false
      for (const [socket, lines] of this.#waiting) started = this.#start(socket, lines) || started
    }
    for (const [socket, lines] of this.#waiting) this.#read(socket, lines)
  }

  #start(socket: Socket, lines: string[]): boolean {
    if (this.#underWay.size >= maxUnderWay || socket.writableNeedDrain) return false
    const line = lines.shift()
    if (line === undefined) return false
    const answering = this.#answer(line, socket)
    this.#underWay.add(answering)
    void answering.finally(() => {
      this.#underWay.delete(answering)
      this.#startNext()
    })
    return true
  }

  #read(socket: Socket, lines: readonly string[]): void {
    if (this.#isClosed || lines.length > 0 || socket.writableNeedDrain) socket.pause()
    else socket.resume()
  }
}
