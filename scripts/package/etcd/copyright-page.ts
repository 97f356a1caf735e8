import type { EtcdRelease } from './etcd-pins.ts'
import type { LicensedModule } from './licence-files.ts'

/** Where a module's own files lie below the package's documents. */
export function licenceDirectory({ module, version }: Pick<LicensedModule, 'module' | 'version'>): string {
  return `licences/${module.replaceAll(' ', '-')}@${version}`
}

/** What is written about. */
interface Copied {
  readonly etcd: EtcdRelease
  readonly toolchain: string
  readonly modules: readonly LicensedModule[]
}

/** The package's `copyright`: who wrote what is linked, under which licence, and where its text is. */
export function formatCopyright({ etcd: { minor, version }, toolchain, modules }: Copied): string {
  return [
    `This is etcd ${version}, its sources not changed, built by Signet (npm run package -- --with-etcd=${minor}) with`,
    `${toolchain} of the Go modules below. Their hashes are in the programs: go version -m FILE prints them.`,
    '',
    'The packaging: Copyright 2026 The Signet authors, under the Apache License, version 2.0. On Debian systems its full',
    'text is in /usr/share/common-licenses/Apache-2.0.',
    '',
    'What is linked, with the licences and notices that each module brings:',
    ...modules.flatMap(describeModule),
    '',
  ].join('\n')
}

function describeModule(module: LicensedModule): readonly string[] {
  const directory = `/usr/share/doc/signet-etcd/${licenceDirectory(module)}`
  return [
    '',
    `${module.module} ${module.version}`,
    ...findCopyrightLines(module).map((line) => `  ${line}`),
    `  License: ${module.kinds.join(' and ')}`,
    ...module.files.map(({ path }) => `  ${directory}/${path}`),
  ]
}

/** The lines by which authors name themselves; the form that the Apache License shows as an example is nobody. */
function findCopyrightLines({ files }: LicensedModule): readonly string[] {
  const lines = files.flatMap(({ content }) => content.toString('utf8').split('\n'))
  const named = lines.map((line) => line.trim()).filter((line) => /^copyright\b.*[0-9]{4}/i.test(line))
  return [...new Set(named)].filter((line) => !/\[yyyy\]|\{yyyy\}/.test(line))
}
