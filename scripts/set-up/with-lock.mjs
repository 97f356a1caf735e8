// One set-up of a checkout at a time.
import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { cacheDir } from './checkout.mjs'
import { findProgram } from './find-program.mjs'
import { SetUpError, say } from './progress.mjs'

/**
 * Does the work while no other set-up of this checkout is at work. The lock is the kernel's (flock), held by a child that
 * reads our pipe: it is given back whenever we end, however we end.
 */
export async function withLock(work) {
  prepareCache()
  const flock = findProgram('flock')
  if (!flock) return work()
  const holder = spawn(flock, [`${cacheDir}/lock`, 'sh', '-c', 'echo held; cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const waiting = setTimeout(() => say('another set-up of this checkout is at work, waiting for it'), 300)
  try {
    await untilHeld(holder)
    clearTimeout(waiting)
    return await work()
  } finally {
    clearTimeout(waiting)
    holder.stdin.end()
  }
}

function prepareCache() {
  try {
    mkdirSync(cacheDir, { recursive: true })
  } catch (error) {
    throw new SetUpError(`cannot write to ${cacheDir} (${error.code}): run this in a checkout of your own`)
  }
}

function untilHeld(holder) {
  return new Promise((resolve, reject) => {
    holder.stdin.on('error', () => {})
    holder.stdout.once('data', resolve)
    holder.once('error', reject)
    holder.once('exit', (status) => reject(new SetUpError(`cannot lock ${cacheDir}/lock (flock status ${status})`)))
  })
}
