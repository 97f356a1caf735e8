// What apt says that it would do.
/**
 * The packages that `apt-get --simulate install` would unpack beside those of the system.
 * @param {string} output for example "Inst libssl3 [3.0.15-1] (3.0.17-1 Debian:12.12/oldstable [amd64])"
 */
export function parseSimulatedInstall(output) {
  return parseWholeInstall(output).filter(({ name }) => !neverUnpacked.includes(name))
}

/** All packages of a simulated installation: to stand alone, with a C library and loader of their own. */
export function parseWholeInstall(output) {
  return [...output.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) .*?\[(\w+)\]\)/gm)].map(
    ([, name, version, architecture]) => ({ name, version, architecture }),
  )
}

// A C library beside the system's own loader does not start; what the dependency asks for is met within one release.
const neverUnpacked = ['libc6', 'libc-bin']

/** What to ask of `apt-get download`: the packages to unpack, and those asked for that are installed but lack a file. */
export function downloadNames(packages, simulated) {
  const installed = packages.filter((one) => !simulated.some(({ name }) => name === one))
  return [...simulated.map(exactName), ...installed]
}

/** A package in exactly one version, as apt takes it. */
export function exactName({ name, version, architecture }) {
  return architecture === 'all' ? `${name}=${version}` : `${name}:${architecture}=${version}`
}
