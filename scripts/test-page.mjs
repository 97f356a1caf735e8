// The page in a real Chromium: Debian's own without windows, fetched for this checkout where it is not installed.
// Arguments go to vitest: npm run test:page -- -t contrast
import { spawn } from 'node:child_process'
import { checkoutDir, pinnedNode, toolsDir } from './set-up/checkout.mjs'
import { dyingWithParent } from './set-up/dying-with-parent.mjs'
import { SetUpError, say } from './set-up/progress.mjs'
import { ensureTools } from './set-up/tools/ensure-tools.mjs'

try {
  await ensureTools('page')
  process.exitCode = await runVitest({ ...process.env, PATH: `${process.env.PATH}:${toolsDir}/bin` })
} catch (error) {
  if (!(error instanceof SetUpError)) throw error
  // Nobody must take this for a suite that has passed.
  say(`NOT RUN: the page in a real browser: ${error.message}`)
  process.exitCode = error.exitStatus
}

function runVitest(env) {
  const vitest = `${checkoutDir}/node_modules/vitest/vitest.mjs`
  const args = [vitest, 'run', '--config', 'test/page/vitest.config.ts', ...process.argv.slice(2)]
  const command = dyingWithParent(pinnedNode, args)
  const child = spawn(command.file, command.args, { cwd: checkoutDir, env, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
}
