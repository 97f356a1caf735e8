import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const module = fileURLToPath(new URL('../../src/host/programs/process-watch.ts', import.meta.url))
const maxResidentBytes = 300 * 1024 * 1024

interface Ending {
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

/** A process of its own that is watched while it does something. */
function watched(maxStandstillMs: number, doing: string): Promise<Ending> {
  const bounds = JSON.stringify({ maxResidentBytes, maxStandstillMs })
  const log = '{ error: (fields, event) => console.error(event, fields) }'
  const script = `
    import { watchProcess } from ${JSON.stringify(module)}
    const stop = watchProcess('test', ${bounds}, ${log})
    setTimeout(async () => { ${doing} }, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script])
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.once('error', reject)
    child.once('close', (_code, signal) => resolve({ signal, said }))
  })
}

describe.concurrent('a process that is watched', () => {
  it('is ended when it loops for ever, and says so', async () => {
    const { signal, said } = await watched(1500, 'for (;;) {}')
    expect(signal).toBe('SIGKILL')
    expect(JSON.parse(said)).toMatchObject({
      level: 'error',
      daemon: 'test',
      maxStandstillMs: 1500,
      msg: 'ended by itself: it stood still',
    })
  })

  it('is ended when it takes too much memory, in a loop without an end too', async () => {
    const { signal, said } = await watched(60_000, 'const kept = []; for (;;) kept.push(Buffer.alloc(1 << 16, 1))')
    expect(signal).toBe('SIGKILL')
    expect(JSON.parse(said)).toMatchObject({
      level: 'error',
      maxResidentBytes,
      msg: 'ended by itself: it took more memory than any load needs',
    })
  })

  it('runs on while it answers now and then, and ends by itself', async () => {
    const busy = 'for (let end = Date.now() + 1200; Date.now() < end; );'
    const pause = 'await new Promise((resolve) => setTimeout(resolve, 600));'
    expect(await watched(3000, `${busy}${pause}`.repeat(3))).toEqual({ signal: null, said: '' })
  })

  it('is watched no more when it says so', async () => {
    const busy = 'for (let end = Date.now() + 2500; Date.now() < end; );'
    expect(await watched(1500, `stop(); ${busy}`)).toEqual({ signal: null, said: '' })
  })
})
