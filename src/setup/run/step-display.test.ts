import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createStepDisplay, stepTerminal } from './step-display.ts'

const step = { id: 'add', title: 'add etcd-3 to the cluster' }

/** What a terminal of this width, or, without one, a file, got to show two waits and the end of a step. */
function show(columns?: number): string {
  const stream = new PassThrough()
  if (columns !== undefined) Object.assign(stream, { isTTY: true, columns })
  const display = createStepDisplay(stepTerminal(stream), 12)
  display.started(step)
  display.waiting('etcd changes no members while one is down', 89_001)
  display.waiting('etcd changes no members while one is down', 88_900)
  display.waiting('etcd changes no members while one is down', 87_900)
  display.finished(step, 4321)
  return String(stream.read())
}

const cleared = '\r\u001b[K'

describe('createStepDisplay', () => {
  it('rewrites the running step in place on a terminal, and leaves one line a step', () => {
    const waiting = `${cleared}[ 1/12] add etcd-3 to the cluster: etcd changes no members while one is down`
    expect(show(100)).toBe(
      `${cleared}[ 1/12] add etcd-3 to the cluster ...${waiting}: 90 s at most${waiting}: 89 s at most${waiting}: 88 s at most${cleared}[ 1/12] add etcd-3 to the cluster (4.3 s)\n`,
    )
  })

  it('cuts what would wrap, since a wrapped line cannot be rewritten', () => {
    const lines = show(40).split(cleared)
    expect(lines[2]).toBe('[ 1/12] add etcd-3 to ...: 90 s at most')
    expect(lines.slice(1, -1).every((line) => line.length < 40)).toBe(true)
    expect(lines.at(-1)).toBe('[ 1/12] add etcd-3 to the cluster (4.3 s)\n')
  })

  it('writes plain lines elsewhere, the first reason to wait among them', () => {
    expect(show()).toBe(
      '[ 1/12] add etcd-3 to the cluster: etcd changes no members while one is down: 90 s at most\n[ 1/12] add etcd-3 to the cluster (4.3 s)\n',
    )
  })
})
