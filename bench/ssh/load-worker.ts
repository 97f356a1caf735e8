// A process full of clients: reads a plan from its parent, answers with what came of it.
import { callHttps } from './call-https.ts'
import { callSsh } from './call-ssh.ts'
import type { LoadPlan, LoadResult } from './load-plan.ts'

const failurePauseMs = 20

process.once('message', (plan: LoadPlan) => {
  void run(plan).then((result) => process.send?.(result, undefined, undefined, () => process.exit(0)))
})

async function run(plan: LoadPlan): Promise<LoadResult> {
  const latenciesMs: number[] = []
  const failures: Record<string, number> = {}
  let [begun, failed] = [0, 0]
  const call = plan.reach.kind === 'ssh' ? callSsh : callHttps
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
