/**
 * What is read for all who ask: one who comes while a reading is under way waits for the next, so that nobody gets an
 * answer from before they asked. Two are under way at most, however many ask: an answer may be large.
 */
export class SharedAnswer<Value> {
  readonly #read: () => Promise<Value>
  #underWay: Promise<Value> | undefined
  #next: Promise<Value> | undefined

  constructor(read: () => Promise<Value>) {
    this.#read = read
  }

  ask(): Promise<Value> {
    if (this.#underWay === undefined) return this.#begin()
    this.#next ??= this.#after(this.#underWay)
    return this.#next
  }

  async #after(before: Promise<Value>): Promise<Value> {
    // Whoever asked for that one is told of its failure.
    await before.catch(() => {})
    this.#next = undefined
    return this.#begin()
  }

  #begin(): Promise<Value> {
    this.#underWay = this.#read().finally(() => {
      this.#underWay = undefined
    })
    return this.#underWay
  }
}
