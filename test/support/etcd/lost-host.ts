import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import process from 'node:process'

const listener = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
  console.log(this.address().port)
})`

/** A port at which nobody answers that a connection is asked for, as at a host that is gone: its queue is full for ever. */
export class LostHost {
  readonly url: string
  readonly #listener: ChildProcess
  readonly #fillers: readonly Socket[]

  private constructor(port: number, listener: ChildProcess, fillers: readonly Socket[]) {
    this.url = `https://127.0.0.1:${port}`
    this.#listener = listener
    this.#fillers = fillers
  }

  static async open(): Promise<LostHost> {
    const child = spawn(process.execPath, ['--eval', listener], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [port] = await once(child.stdout, 'data')
    // From here on the kernel takes connections for it, as many as its queue holds, and nobody takes them from there.
    child.kill('SIGSTOP')
    return new LostHost(Number(port), child, await fill(Number(port)))
  }

  close(): void {
    for (const filler of this.#fillers) filler.destroy()
    this.#listener.kill('SIGKILL')
  }
}

async function fill(port: number): Promise<readonly Socket[]> {
  const fillers: Socket[] = []
  let isFull = false
  while (!isFull) {
    const filler = connect(port, '127.0.0.1').on('error', () => {})
    fillers.push(filler)
    isFull = await once(filler, 'connect', { signal: AbortSignal.timeout(200) }).then(
      () => false,
      () => true,
    )
  }
  return fillers
}
