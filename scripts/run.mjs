// node scripts/run.mjs [--tools=demo|test|interop|package|bench|none] <script | program of node_modules/.bin> args...
// Plain JavaScript, because it runs on the Node of the machine, before ours is there.
import { say } from './set-up/progress.mjs'
import { setUpAndRun } from './set-up/set-up-and-run.mjs'
import { levelNames } from './set-up/tools/tool-list.mjs'

const given = process.argv.slice(2)
const option = given[0]?.startsWith('--tools=') ? given.shift() : '--tools=demo'
const level = option.slice('--tools='.length)
const [program, ...args] = given

if (!levelNames.includes(level) || program === undefined) {
  say(
    'usage: node scripts/run.mjs [--tools=demo|test|interop|package|bench|none] <script | program of node_modules/.bin> args...',
  )
  process.exitCode = 64
} else {
  await setUpAndRun({ level, program, args })
}
