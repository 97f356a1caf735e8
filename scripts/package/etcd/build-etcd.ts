import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findGo, goEnvironment } from '../../set-up/other-versions/go-toolchain.mjs'
import { SetUpError, withProgress } from '../../set-up/progress.mjs'
import { runQuietly } from '../../set-up/run-quietly.mjs'
import { architecture } from '../debian-package.ts'
import { type EtcdRelease, etcdSource, parseToolchain } from './etcd-pins.ts'
import { type LinkedPackage, parseLinkedPackages } from './linked-packages.ts'

/** What a build leaves. */
export interface EtcdBuild {
  /** A directory with etcd, etcdctl and etcdutl. */
  readonly binaries: string
  /** Everything that is linked into them, Go's own library aside. */
  readonly linked: readonly LinkedPackage[]
  /** Such as go1.26.10. */
  readonly toolchain: string
  /** Go's own directory: its library is linked too. */
  readonly goRoot: string
}

/** What a directory of etcd's holds. */
export const etcdPrograms = ['etcd', 'etcdctl', 'etcdutl']
// etcdutl is a program in its own module; of the two others only the parts are, and the mains are ours.
const goPackages = ['./etcd', './etcdctl', 'go.etcd.io/etcd/etcdutl/v3']
// What etcd prints as "Git SHA". Upstream's own text would send the reader to a script that is not here.
const gitSha = 'not known (built from Go modules)'
const linkerFlags = `-s -w -buildid= -X 'go.etcd.io/etcd/api/v3/version.GitSHA=${gitSha}'`
// Whatever the machine's own environment says, for any processor of the architecture, as upstream and Debian build.
const platform = {
  GOOS: 'linux',
  GOARCH: architecture,
  GOAMD64: 'v1',
  GOEXPERIMENT: '',
  GOFIPS140: 'off',
  GOWORK: 'off',
}

const whatToDo =
  'etcd is built from its Go modules: install Go 1.21 or later, or leave --with-etcd out and use the release files of etcd, ' +
  'as docs/OPERATIONS.md says under "The release files of etcd"'

const listFormat = '{{with .Module}}{{.Path}} {{.Version}} {{.Dir}} {{$.Dir}}{{end}}'

/** Go, or an error that says what to do. */
export async function requireGo(find: () => string | undefined = findGo): Promise<string> {
  const go = find()
  if (go === undefined) throw new SetUpError(`there is no go on PATH nor in /usr/local/go/bin; ${whatToDo}`)
  const env = { ...process.env, GOTOOLCHAIN: 'local' }
  const version = (await runQuietly(go, ['env', 'GOVERSION'], { cwd: '/', env })).trim()
  // The first that fetches another one: https://go.dev/doc/toolchain
  if (/^go1\.(1?[0-9]|20)\b/.test(version)) throw new SetUpError(`${go} is ${version}; ${whatToDo}`)
  return go
}

/**
 * Builds a minor's three programs below `work`, with the Go that etcd itself names, which go fetches where the machine has
 * another: the same bytes wherever that is. The modules stay there for whoever reads their licences.
 */
export async function buildEtcd({ minor, version }: EtcdRelease, work: string): Promise<EtcdBuild> {
  const go = await requireGo()
  const env = { ...goEnvironment(join(work, 'go')), ...platform }
  const run = (args: readonly string[], toolchain = 'auto'): Promise<string> =>
    runQuietly(go, args, { cwd: etcdSource(minor), env: { ...env, GOTOOLCHAIN: toolchain } })
  const goMod = await run(['list', '-m', '-f', '{{.GoMod}}', 'go.etcd.io/etcd/server/v3'])
  const toolchain = parseToolchain(readFileSync(goMod.trim(), 'utf8'))
  const binaries = join(work, 'bin')
  return withProgress(`building etcd ${version} with ${toolchain}`, async () => {
    await run(['build', `-ldflags=${linkerFlags}`, '-o', `${binaries}/`, ...goPackages], toolchain)
    const linked = parseLinkedPackages(await run(['list', '-deps', '-f', listFormat, ...goPackages], toolchain))
    return { binaries, linked, toolchain, goRoot: (await run(['env', 'GOROOT'], toolchain)).trim() }
  })
}
