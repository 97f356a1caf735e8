/** How many connections there may be. */
export interface SlotLimits {
  readonly maxConnections: number
  readonly maxConnectionsPerSource: number
  readonly maxOutsideConnections: number
}

/** Where a connection comes from. */
export interface SlotHolder {
  readonly source: string
  /** Whether it is outside the control-plane networks. */
  readonly isOutside: boolean
}

/** Counts connections, so that neither strangers outside the networks nor one address inside can take every place. */
export class ConnectionSlots {
  readonly #limits: SlotLimits
  readonly #takenBySource = new Map<string, number>()
  #taken = 0
  #takenOutside = 0

  constructor(limits: SlotLimits) {
    this.#limits = limits
  }

  /** Whether nobody gets a place, however few they hold. */
  get isFull(): boolean {
    return this.#taken >= this.#limits.maxConnections
  }

  /** Takes a place and returns how to give it back, or undefined where none is free. */
  take(holder: SlotHolder): (() => void) | undefined {
    if (!this.#isFree(holder)) return undefined
    this.#count(holder, 1)
    let held = true
    return () => {
      if (held) this.#count(holder, -1)
      held = false
    }
  }

  #isFree({ source, isOutside }: SlotHolder): boolean {
    const { maxConnectionsPerSource, maxOutsideConnections } = this.#limits
    if (this.isFull || this.#of(source) >= maxConnectionsPerSource) return false
    return !isOutside || this.#takenOutside < maxOutsideConnections
  }

  #of(source: string): number {
    return this.#takenBySource.get(source) ?? 0
  }

  #count({ source, isOutside }: SlotHolder, change: 1 | -1): void {
    const taken = this.#of(source) + change
    if (taken === 0) this.#takenBySource.delete(source)
    else this.#takenBySource.set(source, taken)
    this.#taken += change
    if (isOutside) this.#takenOutside += change
  }
}
