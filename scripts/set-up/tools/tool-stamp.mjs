// Which tools the cache has, whole: .cache/tools/stamp.json.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { toolsDir } from '../checkout.mjs'
import { isExecutable } from '../find-program.mjs'

const stampFile = `${toolsDir}/stamp.json`

/** The tools that were unpacked completely, each with its directory; none where the cache is another system's. */
export function readToolStamp(system) {
  try {
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8'))
    return stamp.system === system && typeof stamp.tools === 'object' ? stamp.tools : {}
  } catch {
    return {}
  }
}

/** Whether the cache can stand for a tool; a directory that somebody deleted is noticed. */
export function isUnpacked(cached, name) {
  return (
    cached[name] !== undefined && isExecutable(`${toolsDir}/bin/${name}`) && existsSync(`${toolsDir}/${cached[name]}`)
  )
}

/** The last act of unpacking: before it, nothing counts. */
export function writeToolStamp(system, tools) {
  writeFileSync(`${stampFile}.next`, JSON.stringify({ system, tools }, null, 2))
  renameSync(`${stampFile}.next`, stampFile)
}

/** Throws away what another release of the system, or an interrupted run, has left; other-versions sees to its own. */
export function clearTools() {
  const names = existsSync(toolsDir) ? readdirSync(toolsDir) : []
  const own = names.filter((name) => /^(packages-\d+|bin|stamp\.json.*)$/.test(name))
  for (const name of own) rmSync(`${toolsDir}/${name}`, { recursive: true, force: true })
}
