// What set-up says, and the error that it ends with.
/** A reason why set-up cannot go on, in one line that says what to do. */
export class SetUpError extends Error {
  /** @param {string} message @param {number} exitStatus from sysexits.h; 69 is "unavailable" */
  constructor(message, exitStatus = 69) {
    super(message)
    this.exitStatus = exitStatus
  }
}

/** One line of progress, on standard error because standard output belongs to the program. */
export function say(line) {
  process.stderr.write(`set-up: ${line}\n`)
}

/** Does the work between two lines of progress, with a sign of life where it takes long. */
export async function withProgress(what, work) {
  const startedMs = Date.now()
  const seconds = () => `${((Date.now() - startedMs) / 1000).toFixed(0)} s`
  say(`${what} ...`)
  const signOfLife = setInterval(() => say(`${what}: still at it after ${seconds()}`), 15_000)
  try {
    const result = await work()
    say(`${what}: done in ${seconds()}`)
    return result
  } finally {
    clearInterval(signOfLife)
  }
}
