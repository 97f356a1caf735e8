import { describe, expect, it } from 'vitest'
import { findComplaint } from './log-complaint.ts'

const entry = (fields: object): string => JSON.stringify({ ts: '2026-01-31T12:00:00Z', ...fields })

describe('what a log complains of', () => {
  it('is the last error, with its cause', () => {
    const log = [
      entry({ level: 'error', msg: 'first' }),
      entry({ level: 'fatal', msg: 'cannot listen', error: 'address already in use' }),
      entry({ level: 'info', msg: 'closed etcd server' }),
    ]
    expect(findComplaint(log.join('\n'))).toBe('cannot listen: address already in use')
  })

  it('is a panic, without its trace', () => {
    const log = ['panic: no space left on device', '', 'goroutine 1 [running]:', 'main.main()']
    expect(findComplaint(log.join('\n'))).toBe('no space left on device')
  })

  it('is what etcd logged of a panic, which says more than the panic', () => {
    const log = [entry({ level: 'panic', msg: 'failed to create WAL', error: 'no space left on device' })]
    expect(findComplaint([...log, 'panic: failed to create WAL'].join('\n'))).toMatch(/WAL: no space left on device$/)
  })

  it('is what a daemon says that ends before it has a log', () => {
    const said = 'signet: error: the socket is in use [configuration, status 78]\nsignet: hint: stop it\n'
    expect(findComplaint(said)).toBe('the socket is in use')
  })

  it.each(['', 'nothing to see', entry({ level: 'info', msg: 'ready' }), '{"level":"error"}', '{'])(
    'is nothing in %j',
    (log) => expect(findComplaint(log)).toBeUndefined(),
  )
})
