// For the program in the foreground, whose npm may be killed.
import { readFileSync } from 'node:fs'

/**
 * Calls back once when the process that started us is gone. npm, killed with SIGKILL, tells its children nothing, and
 * they would run on with nobody to stop them. npx puts a shell between, which lives on: then its parent counts as well.
 */
export function watchParent(whenGone) {
  const started = readAncestors()
  const timer = setInterval(() => {
    if (readAncestors() === started) return
    clearInterval(timer)
    whenGone()
  }, 500)
  timer.unref()
}

/** Our parent and, where that is a shell, its parent; orphans are handed to another process, so the answer changes. */
function readAncestors() {
  const parent = process.ppid
  try {
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${parent}/stat`, 'utf8'))
    return /^(ba|da|a|k|z)?sh$/.test(name) ? `${parent} of ${rest.split(' ')[1]}` : `${parent}`
  } catch {
    return `${parent}`
  }
}
