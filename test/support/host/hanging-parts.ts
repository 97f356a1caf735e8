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
const usualStartMs = 700
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

/** Runs these lines at once, and expects a report of each within five seconds; the reports. */
export async function expectSoonAnswered(sandbox: SandboxFixture, lines: readonly string[] = lookingCommands) {
  const atOnce = (words: readonly string[]) => Promise.all(words.map((line) => timed(sandbox, line)))
  // What a machine that does much else takes longer to start as many programs is not ours to promise.
  const starts = await atOnce(lines.map(() => 'status --help'))
  const lagMs = Math.max(0, ...starts.map(({ tookMs }) => tookMs - usualStartMs)) * 2
  const answers = await atOnce(lines.map((line) => `${line} --json`))
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
