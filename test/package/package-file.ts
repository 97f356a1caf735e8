import { join } from 'node:path'
import { inject } from 'vitest'
import { defaultMinor, readRelease } from '../../scripts/package/etcd/etcd-pins.ts'
import { version } from '../../src/core/version.ts'

/** The file of a package that was built for the tests. */
export function packageFile(name: string, directory = inject('packages')): string {
  const ofPackage = name === 'signet-etcd' ? `${readRelease(defaultMinor).version}+signet${version}` : version
  return join(directory, `${name}_${ofPackage}_amd64.deb`)
}
