// The way in: what `npm run` and `npx signet` come to.
import { ensureBundle } from './ensure-bundle.mjs'
import { ensureNodeModules } from './ensure-node-modules.mjs'
import { SetUpError, say } from './progress.mjs'
import { runInForeground } from './run-in-foreground.mjs'
import { ensureTools } from './tools/ensure-tools.mjs'

/** Does what is left of the set-up, runs the program, and ends with its status. */
export async function setUpAndRun({ level, program, args }) {
  try {
    await ensureNodeModules()
    await ensureTools(level)
    // What runs no daemon needs no bundle.
    const environment = ['none', 'package'].includes(level) ? {} : { SIGNET_SANDBOX_PROGRAM: await ensureBundle() }
    process.exitCode = await runInForeground(program, args, environment)
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error
    say(error.message)
    process.exitCode = error.exitStatus
  }
}
