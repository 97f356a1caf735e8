import { ensureEtcdOfGo, ensureEtcdutlOfGo } from '../../../scripts/set-up/other-versions/built-of-go.mjs'
import { withSignOfLife } from './command.ts'
import { places } from './places.ts'
import { Unable } from './unable.ts'

/** Minor versions of etcd that no Debian release has, oldest first; of 3.5 the newest patch. */
export const upgradeMinors = ['3.5', '3.6', '3.7'] as const

export type UpgradeMinor = (typeof upgradeMinors)[number]

/** Where a program of such a version is on this machine, once they were built. */
export function upgradeProgram(minor: UpgradeMinor, program: 'etcd' | 'etcdctl' | 'etcdutl'): string {
  const others = minor === '3.5' ? 'etcd-3.5-of-go' : `etcd-${minor}`
  return `${places.checkout}/.cache/tools/${program === 'etcdutl' ? `etcdutl-${minor}` : others}/${program}`
}

/** Builds those programs where they are not there yet. Throws Unable where there is no Go. */
export async function ensureUpgradeEtcds(minors: readonly UpgradeMinor[] = upgradeMinors): Promise<void> {
  for (const minor of minors) {
    for (const ensure of [ensureEtcdOfGo, ensureEtcdutlOfGo]) {
      const found = await withSignOfLife(`building etcd ${minor}`, () => ensure(minor))
      if (found === undefined) throw new Unable(`there is no Go to build etcd ${minor} with`)
    }
  }
}
