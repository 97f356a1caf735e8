interface Ticket {
  readonly source: string
  readonly start: () => void
  readonly drop: () => void
  state: 'waiting' | 'started' | 'gone'
}

/**
 * Lets so many callers in at once; the others wait, each source in its own line, and the lines take turns. A source may
 * hold no more places than are free (dynamic thresholds, Choudhury and Hahne 1998): alone it gets half of them, two
 * get a third each, and so on. So one neighbour, or a few, who open a thousand connections each and say nothing keep nobody
 * waiting but themselves. Many can still take every place: where they say nothing, the `RoomMaker` makes room.
 */
export class FairGate {
  readonly #max: number
  readonly #held = new Map<string, number>()
  readonly #lines = new Map<string, Set<Ticket>>()
  #taken = 0

  constructor(max: number) {
    this.#max = max
  }

  /** How many places are taken. */
  get taken(): number {
    return this.#taken
  }

  /** How many sources wait while every place is taken: whoever comes now, however new, would wait too. */
  get locked(): number {
    return this.#taken < this.#max ? 0 : this.#lines.size
  }

  /**
   * Calls `start` when there is a place, maybe at once, or `drop` where others get the place in line. Returns how to give the
   * place back, or to wait no longer.
   */
  enter(source: string, start: () => void, drop: () => void = () => {}): () => void {
    const ticket: Ticket = { source, start, drop, state: 'waiting' }
    if (this.#hasPlaceFor(source)) this.#start(ticket)
    else this.#queue(ticket)
    return () => this.#leave(ticket)
  }

  /**
   * Drops the last of the longest line (longest queue drop, Suter and others 1999), where that line is longer than the one of
   * `source` would be. Returns whether somebody was dropped.
   */
  dropForSource(source: string): boolean {
    let longest: Set<Ticket> | undefined
    for (const line of this.#lines.values()) if (longest === undefined || line.size > longest.size) longest = line
    const own = this.#lines.get(source)?.size ?? 0
    const last = [...(longest ?? [])].at(-1)
    if (longest === undefined || last === undefined || longest.size <= own + 1) return false
    this.#leave(last)
    last.drop()
    return true
  }

  #hasPlaceFor(source: string): boolean {
    return (this.#held.get(source) ?? 0) < this.#max - this.#taken
  }

  #queue(ticket: Ticket): void {
    const line = this.#lines.get(ticket.source) ?? new Set()
    this.#lines.set(ticket.source, line.add(ticket))
  }

  #leave(ticket: Ticket): void {
    const { state, source } = ticket
    ticket.state = 'gone'
    if (state === 'waiting') this.#unqueue(ticket)
    if (state !== 'started') return
    this.#count(source, -1)
    this.#startNext()
  }

  #startNext(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#unqueue(next)
      this.#start(next)
    }
  }

  // Only sources that hold places are ever passed over, so the search is as short as there are places.
  #next(): Ticket | undefined {
    for (const [source, line] of this.#lines) {
      if (this.#hasPlaceFor(source)) return line.values().next().value
    }
    return undefined
  }

  #unqueue(ticket: Ticket): void {
    const { source } = ticket
    const line = this.#lines.get(source)
    if (line === undefined) return
    const wasFirst = line.values().next().value === ticket
    line.delete(ticket)
    if (line.size > 0 && !wasFirst) return
    // The next turn is another source's.
    this.#lines.delete(source)
    if (line.size > 0) this.#lines.set(source, line)
  }

  #start(ticket: Ticket): void {
    ticket.state = 'started'
    this.#count(ticket.source, 1)
    ticket.start()
  }

  #count(source: string, change: 1 | -1): void {
    const held = (this.#held.get(source) ?? 0) + change
    this.#taken += change
    if (held === 0) this.#held.delete(source)
    else this.#held.set(source, held)
  }
}
