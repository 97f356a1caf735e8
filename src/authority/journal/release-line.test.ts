import { describe, expect, it } from 'vitest'
import { parseIssuedLine } from './issued-line.ts'
import { formatReleaseLine, parseReleaseLine } from './release-line.ts'

const release = { timeMs: Date.UTC(2026, 0, 1), name: 'etcd-2' }

describe('a release in the journal', () => {
  it('reads back as it was written, and is no certificate', () => {
    const line = formatReleaseLine(release)
    expect(line).toBe('{"time":"2026-01-01T00:00:00.000Z","release":"etcd-2"}')
    expect(parseReleaseLine(line)).toEqual(release)
    expect(parseIssuedLine(line)).toBeUndefined()
  })

  it.each([
    '',
    '{',
    'null',
    '{"release":"etcd-2"}',
    '{"time":"2026-01-01T00:00:00.000Z","release":["etcd-2"]}',
    '{"time":"2026-01-01T00:00:00.000Z","release":"kubemaster-2"}',
    '{"time":"yesterday","release":"etcd-2"}',
  ])('is skipped when damaged: %j', (line) => {
    expect(parseReleaseLine(line)).toBeUndefined()
  })
})
