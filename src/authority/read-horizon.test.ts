import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatForgetLine } from './journal/forget-line.ts'
import { formatIssuedLine } from './journal/issued-line.ts'
import { readHorizon } from './read-horizon.ts'

const nowMs = Date.UTC(2031, 0, 1, 13)
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const options = { clientLifetimeSeconds: 86_400, nowMs, isLate: () => false }

let directory = ''
let file = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-horizon-'))
  file = join(directory, 'journal')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** The lines of a master that has renewed so often, every ten hours, the last time so long ago. */
function renewals(name: string, count: number, agoMs: number): string {
  const times = Array.from({ length: count + 1 }, (_, index) => nowMs - agoMs - (count - index) * 10 * hourMs)
  const lines = times.map((timeMs, index) =>
    formatIssuedLine({
      ...{ name, address: '192.0.2.7', publicKeySha256: name.padEnd(64, '0'), serial: `0${index}` },
      ...{ timeMs, expiryMs: timeMs + dayMs },
    } as Parameters<typeof formatIssuedLine>[0]),
  )
  return lines.map((line) => `${line}\n`).join('')
}

describe('readHorizon', () => {
  it('says of a journal that nobody serves what the authority would say', async () => {
    writeFileSync(file, renewals('kubemaster-7', 2, 10 * hourMs) + renewals('kubemaster-8', 3, hourMs))
    appendFileSync(file, `${renewals('kubemaster-9', 0, hourMs)}damaged\n{"time":"torn`)
    expect(await readHorizon(file, options)).toEqual({
      masters: { well: 2, unproven: 1, overdue: 0, expired: 0 },
      first: { name: 'kubemaster-7', address: '192.0.2.7', expiry: '2031-01-02T03:00:00.000Z' },
    })
  })

  it('heeds that root had a master forgotten', async () => {
    writeFileSync(file, renewals('kubemaster-7', 2, 10 * hourMs) + renewals('kubemaster-8', 3, hourMs))
    appendFileSync(file, `${formatForgetLine({ timeMs: nowMs, name: 'kubemaster-7' })}\n`)
    expect((await readHorizon(file, options))?.first?.name).toBe('kubemaster-8')
  })

  it('reads a line that a chunk cuts, and a sign within it', async () => {
    const filler = `${JSON.stringify({ note: 'é'.repeat(400) })}\n`.repeat(700)
    writeFileSync(file, filler + renewals('kubemaster-7', 600, hourMs))
    expect((await readHorizon(file, options))?.masters.well).toBe(1)
  })

  it('waits for no pipe, and knows nothing where there is no file', async () => {
    expect(await readHorizon(file, options)).toBeUndefined()
    execFileSync('mkfifo', [file])
    expect(await readHorizon(file, options)).toBeUndefined()
    expect(await readHorizon(directory, options)).toBeUndefined()
  })

  it('fills no memory with a line that never ends, and no time with a journal that never does', async () => {
    expect(await readHorizon('/dev/zero', options)).toBeUndefined()
    writeFileSync(file, renewals('kubemaster-7', 2, hourMs) + 'x'.repeat(1024 * 1024))
    expect(await readHorizon(file, options)).toBeUndefined()
    writeFileSync(file, renewals('kubemaster-7', 2, hourMs))
    expect(await readHorizon(file, { ...options, isLate: () => true })).toBeUndefined()
    expect((await readHorizon(file, options))?.masters.well).toBe(1)
  })
})
