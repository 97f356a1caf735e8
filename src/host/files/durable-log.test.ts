import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DurableLog } from './durable-log.ts'

let directory: string
let file: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-durable-log-'))
  file = join(directory, 'lines')
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function openLog(): Promise<{ log: DurableLog; lines: string[] }> {
  const lines: string[] = []
  const log = await DurableLog.open(file, (line) => lines.push(line))
  return { log, lines }
}

describe('DurableLog', () => {
  it('has written a line when append resolves', async () => {
    const { log } = await openLog()
    await log.append('one')
    expect(readFileSync(file, 'utf8')).toBe('one\n')
    await log.append('two')
    expect(readFileSync(file, 'utf8')).toBe('one\ntwo\n')
    await log.close()
  })

  it('keeps the order of lines that wait together', async () => {
    const { log } = await openLog()
    const names = Array.from({ length: 500 }, (_, index) => `line ${index}`)
    await Promise.all(names.map((name) => log.append(name)))
    await log.close()
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toEqual(names)
  })

  it('hands every line to the next one who opens it, and appends behind them', async () => {
    const first = await openLog()
    await first.log.append('ünïcode')
    await first.log.close()
    const { log, lines } = await openLog()
    await log.append('two')
    await log.close()
    expect(lines).toEqual(['ünïcode'])
    expect(readFileSync(file, 'utf8')).toBe('ünïcode\ntwo\n')
  })

  it('ends a line at a newline and nowhere else, however long it is', async () => {
    const written = ['a\u2028b\u2029c\u0085d\re', 'é'.repeat(200_000), '', 'last']
    const first = await openLog()
    for (const line of written) await first.log.append(line)
    await first.log.close()
    const { log, lines } = await openLog()
    await log.close()
    expect(lines).toEqual(written)
  })

  it('cuts off a line that a power cut has torn', async () => {
    appendFileSync(file, 'whole\n{"time":"2026-')
    const { log, lines } = await openLog()
    await log.append('next')
    await log.close()
    expect(lines).toEqual(['whole'])
    expect(readFileSync(file, 'utf8')).toBe('whole\nnext\n')
  })

  it('cuts off a torn line that is all there is, however long', async () => {
    appendFileSync(file, 'x'.repeat(200_000))
    const { log, lines } = await openLog()
    await log.close()
    expect(lines).toEqual([])
    expect(statSync(file).size).toBe(0)
  })

  it('goes on in a new file when the old one was moved away', async () => {
    const { log } = await openLog()
    await log.append('old')
    renameSync(file, `${file}.1`)
    await log.append('new')
    await log.close()
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('old\n')
    expect(readFileSync(file, 'utf8')).toBe('new\n')
  })

  it('goes on behind what is left when the file was cut in place', async () => {
    const { log } = await openLog()
    await log.append('one')
    await log.append('two')
    truncateSync(file, 4)
    await log.append('three')
    truncateSync(file, 0)
    await log.append('four')
    await log.close()
    expect(readFileSync(file, 'utf8')).toBe('four\n')
  })

  it('goes on behind a line that somebody else has appended', async () => {
    const { log } = await openLog()
    await log.append('one')
    appendFileSync(file, 'a much longer line of another process\n')
    await log.append('two')
    await log.close()
    expect(readFileSync(file, 'utf8')).toBe('one\na much longer line of another process\ntwo\n')
  })

  it('is readable by its owner only', async () => {
    const { log } = await openLog()
    await log.close()
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('rejects a line for which the device has no space', async () => {
    const { log } = await openLog()
    await log.append('old')
    renameSync(file, `${file}.1`)
    symlinkSync('/dev/full', file)
    await expect(log.append('new')).rejects.toMatchObject({ code: expect.stringMatching(/ENOSPC|EINVAL/) })
    rmSync(file)
    await log.append('later')
    await log.close()
    expect(readFileSync(file, 'utf8')).toBe('later\n')
  })

  it('refuses to open where it cannot write', async () => {
    file = join(directory, 'missing', 'lines')
    await expect(openLog()).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
