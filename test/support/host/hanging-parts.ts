import { expect } from 'vitest'
import type { SandboxFixture } from './sandbox-fixture.ts'
import { parseReport } from './sandbox-master.ts'

/** Has processes hang; lets them go on. */
export function stopped(...pids: readonly number[]): () => void {
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT')
  }
}

/** The process ids of what can hang in a sandbox, by its name. */
export const hangingParts: Readonly<Record<string, (sandbox: SandboxFixture) => readonly number[]>> = {
  'two members of etcd': ({ description }) => description.members.slice(0, 2).map(({ pid }) => pid),
  'every member of etcd': ({ description }) => description.members.map(({ pid }) => pid),
  'the authority': ({ description }) => [description.pids.authority],
  'the endpoint': ({ description }) => [description.pids.endpoint],
}

/** All of them at once. */
export function everyPart({ description: { members, pids } }: SandboxFixture): readonly number[] {
  return [...members.map(({ pid }) => pid), pids.authority, pids.endpoint]
}

const mostMs = 5000
const usualMs = 700
const lookingCommands = [
  'status --sandbox sandbox',
  'doctor --sandbox sandbox',
  'status --dir master',
  'doctor --dir master',
]

/** Runs signet and tells how long it took, as whoever waits for it sees it. */
async function timed(sandbox: SandboxFixture, line: string) {
  const startedAtMs = performance.now()
  const result = await sandbox.signet(line)
  return { ...result, tookMs: performance.now() - startedAtMs }
}

interface Look {
  readonly lines?: readonly string[]
  /** Has something hang; what it returns lets it go on. */
  readonly hang?: () => () => void
}

/** Runs these lines at once while something hangs, and expects a report of each within five seconds; the reports. */
export async function expectSoonAnswered(sandbox: SandboxFixture, { lines = lookingCommands, hang }: Look) {
  const atOnce = (words: readonly string[]) => Promise.all(words.map((line) => timed(sandbox, `${line} --json`)))
  // What a machine that does much else takes longer for the same while nothing hangs is not ours to promise.
  const usual = await atOnce(lookingCommands.slice(0, lines.length))
  const lagMs = Math.max(0, ...usual.map(({ tookMs }) => tookMs - usualMs)) * 2
  const goOn = hang?.()
  const answers = await atOnce(lines).finally(goOn)
  return answers.map(({ tookMs, ...result }, index) => {
    const report = parseReport(result)
    expect(report['state']).toMatch(/^(?:well|attention|broken)$/)
    expect(tookMs, lines[index]).toBeLessThan(mostMs + lagMs)
    return report
  })
}

/** Waits until each of three members is healthy again. */
export async function recovered(sandbox: SandboxFixture): Promise<void> {
  await sandbox.until(
    async () => (await sandbox.signet('member list --sandbox sandbox')).stdout.match(/ healthy/g)?.length === 3,
  )
}
