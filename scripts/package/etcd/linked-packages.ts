import { SetUpError } from '../../set-up/progress.mjs'

/** A package that is linked, and the module that brings it. */
export interface LinkedPackage {
  readonly module: string
  readonly version: string
  readonly moduleDirectory: string
  readonly directory: string
}

/**
 * Lines of `go list -deps` with module, version and both directories. Go's own library has no module, and the mains of ours no
 * version: neither is listed.
 */
export function parseLinkedPackages(text: string): readonly LinkedPackage[] {
  return text.split('\n').flatMap((line) => {
    const [module, version, moduleDirectory, directory, ...rest] = line.split(' ')
    if (!module || !version || !moduleDirectory) return []
    if (!directory || rest.length > 0)
      throw new SetUpError(`go list says ${line}, which is no module, version and two directories`)
    return [{ module, version, moduleDirectory, directory }]
  })
}
