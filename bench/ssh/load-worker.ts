// A process full of SSH clients: reads a plan from its parent, answers with what came of it.
import ssh2 from 'ssh2'
import type { LoadPlan, LoadResult } from './load-plan.ts'

const callTimeoutMs = 60_000
const failurePauseMs = 20

process.once('message', (plan: LoadPlan) => {
  void run(plan).then((result) => process.send?.(result, undefined, undefined, () => process.exit(0)))
})

async function run(plan: LoadPlan): Promise<LoadResult> {
  const latenciesMs: number[] = []
  const failures: Record<string, number> = {}
  let [begun, failed] = [0, 0]
  const untilMs = performance.now() + plan.durationMs
  const client = async (): Promise<void> => {
    while (performance.now() < untilMs && begun < plan.maxCalls) {
      begun += 1
      const startedMs = performance.now()
      const failure = await call(plan, begun)
      if (failure === undefined) latenciesMs.push(performance.now() - startedMs)
      else {
        failed += 1
        failures[failure] = (failures[failure] ?? 0) + 1
        await new Promise((resolve) => setTimeout(resolve, failurePauseMs))
      }
    }
  }
  await Promise.all(Array.from({ length: plan.clients }, client))
  return { latenciesMs, failed, failures }
}

/** One call on a connection of its own, from an address of its own; what went wrong, if anything. */
function call(plan: LoadPlan, index: number): Promise<string | undefined> {
  const { name, base64 } = plan.csrs[index % plan.csrs.length] ?? { name: '', base64: '' }
  const client = new ssh2.Client()
  return new Promise((resolve) => {
    let [output, status] = ['', -1]
    let failure: string | undefined
    const timer = setTimeout(() => client.destroy(), callTimeoutMs)
    client.on('error', ({ message }) => {
      failure = message
    })
    client.once('close', () => {
      clearTimeout(timer)
      resolve(status === 0 && output.includes(plan.expected) ? undefined : (failure ?? `status ${status}`))
    })
    client.once('ready', () =>
      client.exec(name, (error, channel) => {
        if (error !== undefined) {
          client.destroy()
          return
        }
        channel.on('data', (chunk: Buffer) => {
          output += chunk.toString('latin1')
        })
        channel.stderr.resume()
        channel.on('exit', (code: number) => {
          status = code
        })
        channel.on('close', () => client.end())
        channel.end(base64)
      }),
    )
    client.connect({
      host: '127.0.0.1',
      // As many masters as there are calls in a minute.
      localAddress: `127.${1 + (process.pid % 200)}.${(index >> 8) % 256}.${1 + (index % 250)}`,
      port: plan.port,
      username: plan.user,
      authHandler: ['none'],
      readyTimeout: callTimeoutMs,
      // What OpenSSH would take.
      algorithms: { kex: ['curve25519-sha256'], cipher: ['aes128-gcm@openssh.com'], serverHostKey: ['ssh-ed25519'] },
    })
  })
}
