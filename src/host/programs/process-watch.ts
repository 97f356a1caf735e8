import { Worker } from 'node:worker_threads'
import type { Log } from '../../core/log.ts'

export interface WatchBounds {
  readonly maxResidentBytes: number
  /** How long the process may stay in one turn of its event loop. */
  readonly maxStandstillMs: number
}

const beatMs = 500
const lookMs = 250

// A text, since a program of one file has no other that a thread could begin in. It counts its own looks, not the clock's
// time: a machine that was asleep has stood still in both threads. A log that nobody reads may hold it up; systemd's
// watchdog is behind it.
const watcher = `
const { writeSync } = require('node:fs')
const { daemon, beats, lookMs, maxResidentBytes, maxStandstillMs } = require('node:worker_threads').workerData
let [seen, missed] = [0, 0]
function end(fields, msg) {
  try {
    writeSync(2, JSON.stringify({ level: 'error', time: new Date().toISOString(), daemon, ...fields, msg }) + '\\n')
  } catch {}
  process.kill(process.pid, 'SIGKILL')
}
setInterval(() => {
  const beat = Atomics.load(beats, 0)
  missed = beat === seen ? missed + 1 : 0
  seen = beat
  const residentBytes = process.memoryUsage.rss()
  if (residentBytes > maxResidentBytes)
    end({ residentBytes, maxResidentBytes }, 'ended by itself: it took more memory than any load needs')
  if (missed * lookMs > maxStandstillMs) end({ maxStandstillMs }, 'ended by itself: it stood still')
}, lookMs)
`

/**
 * Watches this process from a thread of its own, and ends it where it takes too much memory or stands still, so that it is
 * started again: a loop without an end leaves no timer of its own thread a chance, and would take all memory of its host
 * before systemd's watchdog comes. Returns how to stop watching.
 */
export function watchProcess(daemon: string, { maxResidentBytes, maxStandstillMs }: WatchBounds, log: Log): () => void {
  const beats = new Int32Array(new SharedArrayBuffer(4))
  const timer = setInterval(() => Atomics.add(beats, 0, 1), beatMs)
  const workerData = { daemon, beats, lookMs, maxResidentBytes, maxStandstillMs }
  const worker = new Worker(watcher, { eval: true, workerData, env: {}, execArgv: [], name: 'watch' })
  worker.on('error', ({ message }) => log.error({ reason: message }, 'nobody watches this process'))
  worker.unref()
  timer.unref()
  return () => {
    clearInterval(timer)
    void worker.terminate()
  }
}
