/** The releases of Debian that hosts are booted with, in the order in which they are. */
export const releases = ['trixie', 'bookworm'] as const

export type Release = (typeof releases)[number]

export function isRelease(name: string): name is Release {
  return (releases as readonly string[]).includes(name)
}
