import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { waitUntil } from '../wait-until.ts'

const source = join(import.meta.dirname, 'vanishing-directory.ts')

/** A process that makes such a directory, writes its path and does what is said. */
async function startMaker(then: string): Promise<{ maker: ChildProcess; path: string }> {
  const script = `const { makeVanishingDirectory } = await import(${JSON.stringify(source)})
    const directory = makeVanishingDirectory('signet-vanish-')
    process.stdout.write(directory.path)
    ${then}`
  const maker = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [path] = await once(maker.stdout, 'data')
  return { maker, path: String(path) }
}

const isGone = (path: string): Promise<true> =>
  waitUntil(() => !existsSync(path), { timeoutMs: 5000, failure: () => new Error(`${path} is still there`) as never })

describe('a vanishing directory', () => {
  it('is there as long as its maker, and gone when that is killed with SIGKILL', async () => {
    const { maker, path } = await startMaker('setInterval(() => {}, 1000)')
    expect(existsSync(path)).toBe(true)
    maker.kill('SIGKILL')
    await isGone(path)
  })

  it('is gone once it is removed, and its maker ends by itself', async () => {
    const { maker, path } = await startMaker('directory.remove()')
    await once(maker, 'exit')
    expect(existsSync(path)).toBe(false)
  })

  it('is gone when its maker ends without a word', async () => {
    const { path } = await startMaker('')
    await isGone(path)
  })

  it('stays where it is kept', async () => {
    const { maker, path } = await startMaker('directory.keep()')
    await once(maker, 'close')
    expect(existsSync(path)).toBe(true)
    rmSync(path, { recursive: true })
  })
})
