/** Counts connections, so that strangers outside the control-plane networks cannot take every place. */
export class ConnectionSlots {
  readonly #max: number
  readonly #maxOutside: number
  #taken = 0
  #takenOutside = 0

  constructor(max: number, maxOutside: number) {
    this.#max = max
    this.#maxOutside = maxOutside
  }

  /** Takes a place and returns how to give it back, or undefined where none is free. */
  take(isOutside: boolean): (() => void) | undefined {
    if (this.#taken >= this.#max || (isOutside && this.#takenOutside >= this.#maxOutside)) return undefined
    this.#count(isOutside, 1)
    let held = true
    return () => {
      if (held) this.#count(isOutside, -1)
      held = false
    }
  }

  #count(isOutside: boolean, change: 1 | -1): void {
    this.#taken += change
    if (isOutside) this.#takenOutside += change
  }
}
