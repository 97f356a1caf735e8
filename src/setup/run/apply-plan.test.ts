import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../../test/support/disk/fault.ts'
import { fakeTime } from '../../../test/support/host/fake-host.ts'
import { silentListener } from '../../../test/support/silent.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { type Act, applyPlan, type Undertaking } from './apply-plan.ts'
import type { PointOfNoReturn } from './plan.ts'
import { newProgress, type RunProgress } from './run-progress.ts'
import { RunningPlan } from './running-plan.ts'
import type { StepListener } from './step-listener.ts'

type Failing = SignetError | undefined
const ids = ['dig', 'build', 'open', 'clean'] as const
type Id = (typeof ids)[number]
const opening: PointOfNoReturn<Id> = { step: 'open', state: 'started' }

/** A host on which each step makes two things, one after the other; what it remembers of a run outlives the run. */
class MarkedHost {
  made: readonly string[] = []
  progress: RunProgress | undefined
  said: readonly string[] = []

  /** Ends with why the run failed. One that is killed never ends. */
  async run(
    { pointOfNoReturn = opening, ...change }: Change = {},
    { fault, listener = silentListener, signal }: Disturbance = {},
  ) {
    const host = fault?.wrap('host', this.#host) ?? this.#host
    const store = fault?.wrap('store', this.#store) ?? this.#store
    const act = (id: Id): Act => ({
      run: async () => {
        this.said = [...this.said, id]
        for (const thing of thingsOf(id)) await host.make(thing)
      },
      undo: async () => {
        this.said = [...this.said, `undo ${id}`]
        for (const thing of thingsOf(id)) await host.remove(thing)
      },
    })
    const acts = { dig: act('dig'), build: act('build'), open: act('open'), clean: act('clean') }
    const facts = { arguments: 'init', progress: this.progress }
    const world = { progress: store, time: fakeTime(), listener, signal }
    const steps = ids.map((id) => ({ id, title: id }))
    const running = new RunningPlan({ facts, steps, pointOfNoReturn }, world)
    return applyPlan(running, { acts, ...change }).then((): Failing => undefined, asSignetError)
  }

  readonly #host = {
    make: async (thing: string) => {
      this.made = [...new Set([...this.made, thing])]
    },
    remove: async (thing: string) => {
      this.made = this.made.filter((other) => other !== thing)
    },
  }

  readonly #store = {
    load: async () => this.progress,
    save: async (progress: RunProgress) => {
      this.progress = progress
    },
    clear: async () => {
      this.progress = undefined
    },
  }
}

type Change = Partial<Undertaking<Id>> & { readonly pointOfNoReturn?: PointOfNoReturn<Id> }

interface Disturbance {
  readonly fault?: Fault
  readonly listener?: StepListener
  readonly signal?: AbortSignal
}

function thingsOf(id: Id): readonly string[] {
  return [`one of ${id}`, `other of ${id}`]
}

const everything = ids.flatMap(thingsOf)

function failAt(id: Id): Fault {
  // Of each step: it is remembered, makes one thing, and the other, and is remembered as done.
  return new Fault({ call: ids.indexOf(id) * 4 + 2, when: 'after', how: 'fail-once' })
}

const anyFault = fc.record({ call: fc.integer({ min: 1, max: 17 }), when: fc.constantFrom('before', 'after') })
const anyPoint = fc.record({ step: fc.constantFrom(...ids), state: fc.constantFrom('started', 'done') })

describe('applyPlan', () => {
  it('does every step once, in order, and remembers that it is finished', async () => {
    const host = new MarkedHost()
    const durations: string[] = []
    const conclude = async (steps: readonly { readonly id: string }[]): Promise<void> => {
      durations.push(...steps.map(({ id }) => id), String(host.progress?.isFinished))
    }
    expect(await host.run({ conclude })).toBeUndefined()
    expect([host.said, host.made]).toEqual([ids, everything])
    expect(host.progress).toMatchObject({ isFinished: true, started: ids, done: ids })
    expect(durations).toEqual([...ids, 'false'])
  })

  it('undoes what had begun, the last first, where the point of no return was not reached', async () => {
    const host = new MarkedHost()
    const failure = await host.run({}, { fault: failAt('build') })
    expect(failure?.message).toBe('host.make was struck')
    expect(host.said).toEqual(['dig', 'build', 'undo build', 'undo dig'])
    expect([host.made, host.progress]).toEqual([[], undefined])
  })

  it('undoes nothing from there on', async () => {
    const host = new MarkedHost()
    const failure = await host.run({}, { fault: failAt('clean') })
    expect(failure?.message).toBe('host.make was struck')
    expect(host.said).toEqual(ids)
    expect(host.progress).toMatchObject({ isFinished: false, started: ids })
  })

  it('says why it is not undone, and what to type', async () => {
    const because = 'callers may have come in'
    const failure = await new MarkedHost().run({ pointOfNoReturn: { ...opening, because } }, { fault: failAt('open') })
    expect(failure).toMatchObject({ code: 'unavailable', message: `host.make was struck; ${because}` })
    expect(failure?.hint).toBe('run it again with the same arguments: it goes on from where it was')
  })

  it('undoes a step that began and was not done, where only that counts', async () => {
    const host = new MarkedHost()
    await host.run({ pointOfNoReturn: { step: 'open', state: 'done' } }, { fault: failAt('open') })
    expect([host.made, host.progress]).toEqual([[], undefined])
  })

  it('undoes nothing where what comes before forbids it', async () => {
    const host = new MarkedHost()
    const beforeUndo = () => Promise.reject(new SignetError('refused', 'it votes already'))
    const failure = await host.run({ beforeUndo }, { fault: failAt('build') })
    expect(failure).toMatchObject({
      code: 'unavailable',
      message: 'host.make was struck; it could not be undone: it votes already',
    })
    expect(host.said).toEqual(['dig', 'build'])
    expect(host.progress?.started).toEqual(['dig', 'build'])
  })

  it('reports the first failure, and what could not be undone', async () => {
    const fault = new Fault({ call: 6, when: 'after', how: 'fail-on' })
    const host = new MarkedHost()
    const failure = await host.run({}, { fault })
    expect(failure?.message).toBe('host.make was struck; it could not be undone: host.make was struck')
    expect(host.progress?.started).toEqual(['dig', 'build'])
  })

  it.each(ids)('interrupted in %s, ends before the next step', async (id) => {
    const host = new MarkedHost()
    const interrupt = new AbortController()
    const finished: StepListener['finished'] = (step) => step.id === id && interrupt.abort()
    const listener = { ...silentListener, finished }
    const failure = await host.run({}, { listener, signal: interrupt.signal })
    const isLast = id === 'clean'
    const left = id === 'open' ? 'what is done stays' : 'what it had begun is undone'
    expect(failure?.message).toBe(isLast ? undefined : `the run was interrupted: ${left}`)
    expect(host.made).toEqual(isLast ? everything : id === 'open' ? everything.slice(0, 6) : [])
  })

  it('interrupted while it waits, blames the interruption and not what was waited for', async () => {
    const host = new MarkedHost()
    const interrupt = new AbortController()
    const started: StepListener['started'] = (step) => step.id === 'dig' && interrupt.abort()
    const run = { listener: { ...silentListener, started }, signal: interrupt.signal, fault: failAt('dig') }
    const failure = await host.run({}, run)
    expect(failure).toMatchObject({
      code: 'try-later',
      message: 'the run was interrupted: what it had begun is undone',
      cause: { message: 'host.make was struck' },
    })
  })

  it('interrupted before its first step, says that nothing was changed', async () => {
    const failure = await new MarkedHost().run({}, { signal: AbortSignal.abort() })
    expect(failure?.message).toBe('the run was interrupted: nothing was changed')
  })

  it('is told before it undoes anything', async () => {
    const host = new MarkedHost()
    const seen: unknown[] = []
    const rollingBack = (cause: Error): void => void seen.push(cause.message, host.made.length)
    await host.run({}, { fault: failAt('build'), listener: { ...silentListener, rollingBack } })
    expect(seen).toEqual(['host.make was struck', 3])
  })

  it('takes up what an interrupted run remembers, and nothing of one that is finished', async () => {
    const host = new MarkedHost()
    host.progress = { ...newProgress('init'), started: ['dig', 'build', 'open'], memberId: '64' }
    await host.run({}, { fault: failAt('dig') })
    expect(host.progress).toMatchObject({ memberId: '64', started: ['dig', 'build', 'open'] })
    host.progress = { ...host.progress, isFinished: true }
    await host.run({}, { fault: failAt('dig') })
    expect(host.progress).toBeUndefined()
  })
})

describe('a run, wherever its point of no return is', () => {
  it('killed at any call and run again, ends as one that was never killed', async () => {
    await fc.assert(
      fc.asyncProperty(anyPoint, fc.array(anyFault, { maxLength: 3 }), async (pointOfNoReturn, kills) => {
        const host = new MarkedHost()
        for (const kill of kills) {
          const fault = new Fault({ ...kill, how: 'kill' })
          if (host.progress?.isFinished !== true)
            await Promise.race([host.run({ pointOfNoReturn }, { fault }), fault.strikes])
        }
        if (host.progress?.isFinished !== true) expect(await host.run({ pointOfNoReturn })).toBeUndefined()
        expect(host.made).toEqual(everything)
        expect(host.progress).toEqual({ ...newProgress('init'), started: ids, done: ids, isFinished: true })
      }),
    )
  })

  it('failing at any call before the point of no return, leaves nothing; after it, goes on when it is run again', async () => {
    await fc.assert(
      fc.asyncProperty(anyPoint, anyFault, async (pointOfNoReturn, where) => {
        const host = new MarkedHost()
        const fault = new Fault({ ...where, how: 'fail-once' })
        const failure = await host.run({ pointOfNoReturn }, { fault })
        expect(failure?.message).toBe(`${fault.struck} was struck`)
        const pointCall = ids.indexOf(pointOfNoReturn.step) * 4 + (pointOfNoReturn.state === 'started' ? 1 : 4)
        if (where.call <= pointCall) {
          expect([host.made, host.progress]).toEqual([[], undefined])
          return
        }
        expect(host.progress?.[pointOfNoReturn.state]).toContain(pointOfNoReturn.step)
        expect(await host.run({ pointOfNoReturn })).toBeUndefined()
        expect([host.made, host.progress?.isFinished]).toEqual([everything, true])
      }),
    )
  })

  it('can be run again to its end after all calls had failed from one on', async () => {
    await fc.assert(
      fc.asyncProperty(anyPoint, anyFault, async (pointOfNoReturn, where) => {
        const host = new MarkedHost()
        const fault = new Fault({ ...where, how: 'fail-on' })
        expect(await host.run({ pointOfNoReturn }, { fault })).toBeDefined()
        if (host.progress?.isFinished !== true) await host.run({ pointOfNoReturn })
        expect([host.made, host.progress?.isFinished]).toEqual([everything, true])
      }),
    )
  })
})
