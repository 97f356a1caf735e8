import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { SharedAnswer } from './shared-answer.ts'

function harness() {
  const waiting: PromiseWithResolvers<string>[] = []
  const question = new SharedAnswer(() => {
    const begun = Promise.withResolvers<string>()
    waiting.push(begun)
    return begun.promise
  })
  return { question, waiting }
}

describe('SharedAnswer', () => {
  it('asks once more for all who came while it was asking, and never gives them the answer from before', async () => {
    const { question, waiting } = harness()
    const first = question.ask()
    const later = Promise.all([question.ask(), question.ask(), question.ask()])
    expect(waiting).toHaveLength(1)
    waiting[0]?.resolve('before')
    expect(await first).toBe('before')
    await setImmediate()
    const last = question.ask()
    expect(waiting).toHaveLength(2)
    waiting[1]?.resolve('after')
    expect(await later).toEqual(['after', 'after', 'after'])
    await setImmediate()
    waiting[2]?.resolve('last')
    expect(await last).toBe('last')
    expect(waiting).toHaveLength(3)
  })

  it('asks again after a failure, which those alone see who asked for it', async () => {
    const { question, waiting } = harness()
    const first = question.ask()
    const second = question.ask()
    waiting[0]?.reject(new Error('no'))
    await expect(first).rejects.toThrow('no')
    await setImmediate()
    waiting[1]?.resolve('yes')
    expect(await second).toBe('yes')
  })
})
