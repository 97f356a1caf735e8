// One unpacked tool: where its program and libraries are, and the wrapper in .cache/tools/bin that starts it.
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { toolsDir } from '../checkout.mjs'
import { SetUpError } from '../progress.mjs'
import { tryQuietly } from '../run-quietly.mjs'
import { wrapperScript } from './wrapper-script.mjs'

/** Writes the wrapper of an unpacked tool and answers with the tool's file, relative to the cache. */
export async function wrapTool(tool, root) {
  const rootDir = `${toolsDir}/${root}`
  const file = resolveFile(rootDir, tool.file)
  if (!existsSync(`${rootDir}/${file}`)) {
    throw new SetUpError(
      `the package ${tool.package} brought no ${tool.file}: install ${tool.name}, then run this again`,
    )
  }
  for (const [name, text] of Object.entries(tool.adds ?? {})) writeFileSync(`${rootDir}/${name}`, text)
  const libraryDirs = await neededLibraryDirs(rootDir, file, tool.libraries)
  const wrapper = `${toolsDir}/bin/${tool.name}`
  writeFileSync(`${wrapper}.next`, wrapperScript({ name: tool.name, root, file, libraryDirs }), { mode: 0o755 })
  renameSync(`${wrapper}.next`, wrapper)
  return `${root}/${file}`
}

/** A star stands for the one directory that Debian names after the architecture; Debian 12 has some programs below /bin still. */
function resolveFile(rootDir, file) {
  const [before, after] = file.split('*')
  const old = file.replace(/^usr\//, '')
  if (after === undefined) return existsSync(`${rootDir}/${file}`) || !existsSync(`${rootDir}/${old}`) ? file : old
  const candidates = existsSync(`${rootDir}/${before}`) ? readdirSync(`${rootDir}/${before}`) : []
  const found = candidates.find((name) => existsSync(`${rootDir}/${before}${name}${after}`))
  return `${before}${found}${after}`
}

/** The directories of unpacked libraries that this program loads: none where it finds all its own on the system. */
async function neededLibraryDirs(rootDir, file, ownDirs = []) {
  const dirs = [...libraryDirs(rootDir), ...ownDirs.map((dir) => resolveFile(rootDir, dir))]
  const path = dirs.map((dir) => `${rootDir}/${dir}`).join(':')
  const { stdout } = await tryQuietly('ldd', [`${rootDir}/${file}`], { env: { ...process.env, LD_LIBRARY_PATH: path } })
  const absent = [...stdout.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name)
  if (absent.length > 0)
    throw new SetUpError(`${file} needs ${absent.join(', ')}, which no package brought: install it`)
  return dirs.filter((dir) => stdout.includes(`=> ${rootDir}/${dir}/`))
}

/** Where Debian puts libraries: /lib and /usr/lib, each with a directory named after the architecture. */
function libraryDirs(rootDir) {
  const parents = ['usr/lib', 'lib'].filter((dir) => existsSync(`${rootDir}/${dir}`))
  const triplets = (dir) => readdirSync(`${rootDir}/${dir}`).filter((name) => name.endsWith('-linux-gnu'))
  return parents.flatMap((dir) => [...triplets(dir).map((name) => `${dir}/${name}`), dir])
}
