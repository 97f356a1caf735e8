import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** What a program took. */
export interface ProcessCost {
  readonly seconds: number
  /** Of it and all that it started together, at the worst moment that was looked at. */
  readonly peakBytes: number
}

const lookEveryMs = 100

/** Runs a program to its end and looks ten times a second how much memory it and its children have. */
export async function measureProcess(command: string, args: readonly string[]): Promise<ProcessCost> {
  const beganMs = performance.now()
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const { result: status, peakBytes } = await watchMemory(child.pid ?? -1, ended)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${said}`)
  return { seconds: (performance.now() - beganMs) / 1000, peakBytes }
}

/** Does something in this process, whose own memory is not counted: that of all that it has started, then or before. */
export async function measureOwn(act: () => Promise<void>): Promise<ProcessCost> {
  const beganMs = performance.now()
  const { peakBytes } = await watchMemory(process.pid, act(), process.memoryUsage.rss)
  return { seconds: (performance.now() - beganMs) / 1000, peakBytes }
}

async function watchMemory<Result>(
  root: number,
  until: Promise<Result>,
  leftOutBytes: () => number = () => 0,
): Promise<{ readonly result: Result; readonly peakBytes: number }> {
  let peakBytes = 0
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, residentBytes(root) - leftOutBytes())
  }, lookEveryMs)
  const result = await until.finally(() => clearInterval(timer))
  return { result, peakBytes }
}

function residentBytes(root: number): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const all = processes.map((name) => readStatus(Number(name)))
  const family = new Set([root])
  for (let size = 0; size !== family.size; ) {
    size = family.size
    for (const { pid, parent } of all) if (family.has(parent)) family.add(pid)
  }
  return all.filter(({ pid }) => family.has(pid)).reduce((sum, { bytes }) => sum + bytes, 0)
}

function readStatus(pid: number): { readonly pid: number; readonly parent: number; readonly bytes: number } {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    const parent = Number(/^PPid:\t(\d+)/m.exec(text)?.[1])
    return { pid, parent, bytes: 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0) }
  } catch {
    return { pid, parent: -1, bytes: 0 }
  }
}
