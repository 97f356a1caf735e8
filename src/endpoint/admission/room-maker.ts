import { findLongestSilent, type PlaceHolder } from './longest-silent.ts'

interface Movable extends PlaceHolder {
  /** Ends this connection, since others wait for its place. */
  giveWay(): void
}

interface RoomMakerOptions {
  /** How many wait while every place is taken. */
  readonly countWaiting: () => number
  /** What everybody has, also while others wait. */
  readonly minSilenceMs: number
}

/**
 * Makes room where others wait: callers who take all places and say nothing, from however many addresses, lose them one
 * after the other, so that whoever has something to ask is answered. Nobody is moved while there is a place.
 */
export class RoomMaker {
  readonly #options: RoomMakerOptions
  readonly #holders = new Set<Movable>()
  /** Those that were told to give way, and have not yet. */
  readonly #leaving = new Set<Movable>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: RoomMakerOptions) {
    this.#options = options
  }

  add(holder: Movable): void {
    this.#holders.add(holder)
  }

  /** To be called when a holder's place was given back. */
  remove(holder: Movable): void {
    this.#holders.delete(holder)
    this.#leaving.delete(holder)
    this.look()
  }

  /** To be called when somebody begins to wait. */
  look(): void {
    this.#lookIn(0)
  }

  #lookIn(delayMs: number): void {
    if (this.#timer !== undefined || this.#options.countWaiting() === 0) return
    // After the sockets were read: what arrived while this process was busy is no silence of the caller's.
    this.#timer = setTimeout(() => setImmediate(() => this.#move()), delayMs)
    this.#timer.unref()
  }

  #move(): void {
    this.#timer = undefined
    const { countWaiting, minSilenceMs } = this.#options
    while (this.#leaving.size < countWaiting()) {
      const holder = findLongestSilent(this.#holders, performance.now() - minSilenceMs)
      if (holder === undefined) break
      this.#holders.delete(holder)
      this.#leaving.add(holder)
      holder.giveWay()
    }
    this.#lookIn(minSilenceMs / 10)
  }
}
