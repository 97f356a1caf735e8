import { describe, expect, it } from 'vitest'
import { silentListener } from '../../test/support/silent.ts'
import { LeftOut } from './left-out.ts'

describe('LeftOut', () => {
  it('tells what a step left out once it is over, each thing once, and nothing where nothing was', () => {
    const lines: string[] = []
    const leftOut = new LeftOut((line) => lines.push(line))
    const listener = leftOut.after({ ...silentListener, finished: ({ title }) => lines.push(title) })
    leftOut.add('starts at boot')
    leftOut.add('signet-renew.timer')
    leftOut.add('starts at boot')
    listener.finished({ id: 'clean-up', title: 'clean up' }, 1)
    listener.finished({ id: 'verify', title: 'verify' }, 1)
    expect(lines).toEqual(['clean up', '        not in a sandbox: starts at boot; signet-renew.timer\n', 'verify'])
  })

  it('tells it of a step that fails too', () => {
    const lines: string[] = []
    const leftOut = new LeftOut((line) => lines.push(line))
    leftOut.add('signet-authority.socket')
    leftOut.after(silentListener).rollingBack(new Error('no'))
    expect(lines).toEqual(['        not in a sandbox: signet-authority.socket\n'])
  })
})
