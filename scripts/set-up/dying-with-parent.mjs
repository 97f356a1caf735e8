// What everything that set-up starts is started with.
import { findProgram } from './find-program.mjs'

/** A command that ends with its parent even when that is killed with SIGKILL, where the machine has setpriv. */
export function dyingWithParent(file, args) {
  const setpriv = findProgram('setpriv')
  return setpriv ? { file: setpriv, args: ['--pdeathsig', 'TERM', '--', file, ...args] } : { file, args }
}
