/**
 * Calls back once when the process that started us is gone. npm, killed with SIGKILL, tells its children nothing, and
 * they would run on with nobody to stop them.
 */
export function watchParent(whenGone) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    whenGone()
  }, 500)
  timer.unref()
}
