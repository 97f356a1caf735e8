// The decision of ensure-node-modules: no files, no network.
/**
 * Which packages of the lockfile an installation lacks, judged by the list that npm leaves in node_modules when it is
 * done (`.package-lock.json`). Packages for other systems are optional and absent here: nothing is missing.
 */
export function missingNpmPackages(lockfile, installed) {
  return Object.entries(lockfile.packages)
    .filter(([path, wanted]) => path !== '' && !wanted.optional && !isSame(wanted, installed?.packages?.[path]))
    .map(([path]) => path)
}

function isSame(wanted, found) {
  return found !== undefined && found.version === wanted.version && found.integrity === wanted.integrity
}
