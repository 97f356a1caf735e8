import type { Clock } from '../../core/clock.ts'

/** Which minor version the cluster runs: every member's version as it tells it, and how old an answer may be. */
export interface ClusterVersionOptions {
  readonly readVersions: () => Promise<readonly string[]>
  readonly clock: Clock
  /** How long a caller waits at most, milliseconds. */
  readonly patienceMs?: number
}

const keptMs = 10_000
/** Soon again: an etcd that was away may just have started. */
const unknownKeptMs = 2000

/**
 * The minor version of the cluster, such as `3.6`: the lowest of its members, which decides what all of them may write while
 * they are upgraded one by one. Asked by whoever asks for the status, so it never keeps them: what is not known within the
 * first second of a reading is not told, whoever comes after that second waits no more, and an etcd that is away is asked once
 * in two seconds.
 */
export class ClusterVersion {
  readonly #options: Required<ClusterVersionOptions>
  #known: string | undefined
  #readAtMs = Number.NEGATIVE_INFINITY
  #underWay: Promise<unknown> | undefined

  constructor(options: ClusterVersionOptions) {
    this.#options = { patienceMs: 1000, ...options }
  }

  /** Undefined where it is not known. Never throws. */
  async ask(): Promise<string | undefined> {
    const { clock, patienceMs } = this.#options
    const age = clock.now() - this.#readAtMs
    // A clock that was set back would keep an old answer for as long.
    if (age >= 0 && age < (this.#known === undefined ? unknownKeptMs : keptMs)) return this.#known
    this.#underWay ??= withinPatience(this.#read(), patienceMs)
    await this.#underWay
    return this.#known
  }

  async #read(): Promise<void> {
    const { readVersions, clock } = this.#options
    this.#known = await readVersions().then(lowestMinor, () => undefined)
    this.#readAtMs = clock.now()
    this.#underWay = undefined
  }
}

async function withinPatience(answer: Promise<void>, patienceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs)
  })
  await Promise.race([answer, patience])
  clearTimeout(timer)
}

// What a member says is taken for a version or left alone: it goes on to callers.
function lowestMinor(versions: readonly string[]): string | undefined {
  const minors = versions.flatMap((text) => {
    const [, major, minor] = /^(\d{1,2})\.(\d{1,2})\.\d/.exec(text) ?? []
    return major === undefined || minor === undefined ? [] : [[Number(major), Number(minor)] as const]
  })
  const [lowest] = minors.toSorted(([oneMajor, one], [otherMajor, other]) => oneMajor - otherMajor || one - other)
  return lowest?.join('.')
}
