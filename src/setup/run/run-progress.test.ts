import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { addedMemberId, newProgress, parseProgress, recordMember, recordStep } from './run-progress.ts'

describe('the progress of a run', () => {
  it('comes back from its file, with an id of 64 bits', () => {
    const progress = recordMember(
      recordStep(newProgress('--signer-ip=192.0.2.1'), 'add-learner', 'started'),
      2n ** 64n - 1n,
    )
    const read = parseProgress(JSON.stringify(progress), 'join.json')
    expect(read).toEqual(progress)
    expect(addedMemberId(read)).toBe(2n ** 64n - 1n)
  })

  it('remembers a step once', () => {
    const once = recordStep(newProgress(''), 'verify', 'done')
    expect(recordStep(once, 'verify', 'done')).toBe(once)
  })

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"arguments":1}',
    '{"arguments":"","started":[1],"done":[],"isFinished":true}',
  ])('refuses a file that holds %j', async (text) => {
    const refusal = await refusalOf(() => parseProgress(text, '/var/lib/signet-setup/join.json'))
    expect(refusal.code).toBe('configuration')
    expect(refusal.message).toContain('/var/lib/signet-setup/join.json')
  })

  it('takes what it wrote or refuses, whatever stands in the file', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          parseProgress(text, 'f')
        } catch (error) {
          expect(error).toMatchObject({ code: 'configuration' })
        }
      }),
    )
  })
})
