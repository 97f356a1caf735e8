// The program that was typed: it has the terminal, and set-up ends when and as it does.
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, readSync, realpathSync } from 'node:fs'
import { constants } from 'node:os'
import { resolve as resolvePath } from 'node:path'
import { checkoutDir, pinnedNode, toolsDir } from './checkout.mjs'
import { dyingWithParent } from './dying-with-parent.mjs'
import { searchDirs } from './find-program.mjs'
import { SetUpError } from './progress.mjs'
import { watchParent } from './watch-parent.mjs'

/** Runs a script, or a program of node_modules/.bin, with the pinned Node and answers with the exit status to end with. */
export function runInForeground(program, args, environment = {}) {
  const target = resolveProgram(program)
  const command = isForNode(target) ? dyingWithParent(pinnedNode, [target, ...args]) : dyingWithParent(target, args)
  const child = spawn(command.file, command.args, {
    stdio: 'inherit',
    env: { ...withoutEtcdSettings(process.env), ...environment, PATH: pathWithTools() },
  })
  forwardSignals(child)
  if (process.env.npm_lifecycle_event !== undefined) watchParent(() => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (status, signal) => resolve(status ?? 128 + constants.signals[signal]))
  })
}

/** What a shell has exported for another etcd: the etcd and etcdctl that demo, tests and bench start would take it too. */
function withoutEtcdSettings(environment) {
  const isSetting = (name) => /^ETCD(CTL)?_/.test(name) && name !== 'ETCD_BINARY_DIR'
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isSetting(name)))
}

/** The system's own programs come first, then the unpacked ones. */
function pathWithTools() {
  return [...searchDirs(process.env.PATH), `${toolsDir}/bin`].join(':')
}

function resolveProgram(program) {
  const file = program.includes('/') ? program : `node_modules/.bin/${program}`
  try {
    return realpathSync(resolvePath(checkoutDir, file))
  } catch {
    throw new SetUpError(`this checkout has no ${file}`)
  }
}

function isForNode(file) {
  if (/\.[cm]?[jt]s$/.test(file)) return true
  const start = Buffer.alloc(64)
  const descriptor = openSync(file)
  readSync(descriptor, start)
  closeSync(descriptor)
  return /^#!.*\bnode\b/.test(start.toString('latin1'))
}

/** We outlive every signal until the child has ended, so that it can put things in order and its status is ours. */
function forwardSignals(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    let lastMs = Number.NEGATIVE_INFINITY
    process.on(signal, () => {
      // npm repeats what the process group received already; many programs take a second Ctrl-C for "at once".
      const isRepeated = performance.now() - lastMs < 1000
      lastMs = performance.now()
      if (!isRepeated && !(signal === 'SIGINT' && isInForeground())) child.kill(signal)
    })
  }
}

/** Whether a Ctrl-C of our terminal reaches the child too: it goes to every process of the foreground group. */
function isInForeground() {
  try {
    const afterName = readFileSync('/proc/self/stat', 'utf8').split(') ').pop().split(' ')
    const [group, foregroundGroup] = [afterName[2], afterName[5]]
    return group === foregroundGroup
  } catch {
    return false
  }
}
