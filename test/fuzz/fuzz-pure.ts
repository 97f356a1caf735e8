import { mutateBytes } from './mutate-bytes.ts'
import { type PureTarget, pureTargets } from './pure-targets.ts'
import { readCorpus } from './read-corpus.ts'
import { SeededRandom } from './seeded-random.ts'

export interface PureFuzzing {
  readonly seed: string
  readonly cases: number
  readonly untilMs: number
  /** Called with what a target accepted. */
  readonly onAccepted: (target: PureTarget, bytes: Buffer) => void
}

export interface Finding {
  readonly target: string
  readonly corpus: string
  readonly bytes: Buffer
  readonly error: unknown
}

export interface PureResult {
  readonly casesByTarget: ReadonlyMap<string, number>
  readonly findings: readonly Finding[]
}

const maxFindings = 20
const clockEvery = 64

/** Gives every target its share of mutated inputs, the same ones for the same seed. */
export function fuzzPure({ seed, cases, untilMs, onAccepted }: PureFuzzing): PureResult {
  const casesByTarget = new Map<string, number>()
  const findings: Finding[] = []
  const order = pureTargets.flatMap((target) => Array.from({ length: target.share }, () => target))
  const inputs = new Map(pureTargets.map((target) => [target, inputsOf(target, seed)]))
  for (let index = 0; index < cases && findings.length < maxFindings; index += 1) {
    if (index % clockEvery === 0 && Date.now() >= untilMs) break
    const target = order[index % order.length]
    const next = target === undefined ? undefined : inputs.get(target)
    if (target === undefined || next === undefined) break
    casesByTarget.set(target.name, (casesByTarget.get(target.name) ?? 0) + 1)
    const bytes = next()
    try {
      if (target.run(bytes)) onAccepted(target, bytes)
    } catch (error) {
      findings.push({ target: target.name, corpus: target.corpus, bytes, error })
    }
  }
  return { casesByTarget, findings }
}

function inputsOf({ name, corpus }: PureTarget, seed: string): () => Buffer {
  const random = new SeededRandom(`${seed} ${name}`)
  const entries = readCorpus(corpus).map(({ bytes }) => bytes)
  return () => mutateBytes(random.pick(entries), random, entries)
}
