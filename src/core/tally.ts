/** Counts by name since it was made. The names are the program's own, so that no caller can fill the memory with new ones. */
export class Tally {
  readonly #counts = new Map<string, number>()

  /** Counts one more. */
  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  /** What was counted, each at least once. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }
}
