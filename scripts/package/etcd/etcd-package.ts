import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from '../checkout.ts'
import type { DebianPackage, PackagedFile } from '../debian-package.ts'
import { packageDocuments } from '../package-documents.ts'
import { etcdPrograms } from './build-etcd.ts'
import { formatCopyright, licenceDirectory } from './copyright-page.ts'
import type { EtcdRelease } from './etcd-pins.ts'
import type { LicensedModule } from './licence-files.ts'

const name = 'signet-etcd'
const packaging = (file: string): string => join(checkout, 'packaging/debian', file)

interface Release {
  /** Of Signet. */
  readonly version: string
  readonly builtAt: Date
  readonly etcd: EtcdRelease
}

interface BuiltEtcd {
  readonly binaries: string
  readonly toolchain: string
  readonly modules: readonly LicensedModule[]
}

/** The etcd of one minor, in a directory of its own: nothing on PATH, no unit, no account. */
export function signetEtcdPackage({ version, builtAt, etcd }: Release, built: BuiltEtcd): DebianPackage {
  const { binaries, toolchain, modules } = built
  const packageVersion = `${etcd.version}+signet${version}`
  const directory = `usr/lib/signet-etcd/${etcd.minor}`
  return {
    name,
    // etcd's own version first, so that a newer etcd is an upgrade, and a newer packaging of the same etcd too.
    version: packageVersion,
    control: {
      Description: [
        `etcd ${etcd.minor} for hosts that signet-server runs etcd on`,
        ` The programs etcd, etcdctl and etcdutl of etcd ${etcd.version}, statically`,
        ` linked, in /${directory}. Installing it changes nothing`,
        ' that runs: "signet init" and "signet join" choose the etcd of a new member,',
        ' "signet etcd use" moves a member that runs.',
      ].join('\n'),
    },
    files: [
      ...etcdPrograms.map((program) => ({
        path: `${directory}/${program}`,
        from: join(binaries, program),
        mode: 0o755,
      })),
      ...modules.flatMap(licences),
      ...packageDocuments({ name, version: packageVersion, builtAt }, formatCopyright({ etcd, toolchain, modules })),
      { path: `usr/share/lintian/overrides/${name}`, from: packaging(`${name}.lintian-overrides`) },
    ],
    scripts: Object.fromEntries(
      ['preinst', 'postinst', 'prerm', 'postrm'].map((kind) => [kind, maintainerScript(kind, etcd.version)]),
    ),
  }
}

function licences(module: LicensedModule): readonly PackagedFile[] {
  const directory = `usr/share/doc/${name}/${licenceDirectory(module)}`
  return module.files.map(({ path, content }) => ({ path: `${directory}/${path}`, content }))
}

/** The script, with what all four know in the place of one line, as debhelper does it. */
function maintainerScript(kind: string, version: string): { readonly content: string } {
  const common = readFileSync(packaging(`${name}.common`), 'utf8').replace('@VERSION@', version)
  return { content: readFileSync(packaging(`${name}.${kind}`), 'utf8').replace('#COMMON#\n', () => common) }
}
