import { peerMarker } from '../../core/member-name.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'

export interface EtcdVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** How one member is to be run. URLs are `https://HOST:PORT`. */
export interface MemberSettings {
  readonly name: string
  readonly dataDir: string
  readonly listenClientUrls: readonly string[]
  readonly advertiseClientUrls: readonly string[]
  readonly listenPeerUrls: readonly string[]
  readonly advertisePeerUrls: readonly string[]
  readonly metricsUrl: string
  readonly certFile: string
  readonly keyFile: string
  readonly caFile: string
  readonly initialCluster: string
  readonly initialClusterState: 'new' | 'existing'
  readonly initialClusterToken: string
  readonly quotaBackendBytes: number
}

/** Flags of one version, `3.MINOR.PATCH`, and of all later ones up to the next. */
interface FlagsOfVersion {
  readonly minor: number
  readonly patch: number
  /** As we set them, and nobody else: where a host moves to a version that wants others, they go. */
  readonly fixed: readonly string[]
  /** What the interval at which idle watches are told of progress is called; undefined where it cannot be set. */
  readonly progressInterval: string | undefined
}

const fixedSince34 = ['--experimental-initial-corrupt-check=true', '--enable-v2=false']

/**
 * Flags that exist under one name in some versions only: the first line that the version reaches counts. All others that
 * we set have the same name from 3.4 to 3.7, `--enable-grpc-gateway` too, which the help of 3.4 leaves out.
 */
const flagsSince: readonly FlagsOfVersion[] = [
  // The corruption check became a feature gate; the v2 API and its flag are gone.
  {
    minor: 6,
    patch: 0,
    fixed: ['--feature-gates=InitialCorruptCheck=true'],
    progressInterval: '--watch-progress-notify-interval',
  },
  // etcd 3.4.11 is the first that can be told an interval (CHANGELOG-3.4).
  {
    minor: 4,
    patch: 11,
    fixed: fixedSince34,
    progressInterval: '--experimental-watch-progress-notify-interval',
  },
  { minor: 4, patch: 0, fixed: fixedSince34, progressInterval: undefined },
]

/**
 * How often etcd tells an idle watch how far it is; 10 minutes by default. kube-apiserver compacts every 5: what it watches and
 * nobody changes would go on from a compacted revision once its connection breaks, and kube-apiserver would list all of it again
 * and end the watches of its own clients. kubeadm gives its own etcd 5 s too (cmd/kubeadm/app/phases/etcd/local.go).
 */
const progressInterval = '5s'

/** The version in what `etcd --version` prints. Throws `configuration`. */
export function parseEtcdVersion(text: string): EtcdVersion {
  const match = /^etcd Version: (\d{1,3})\.(\d{1,3})\.(\d{1,3})/m.exec(text)
  if (match === null) {
    throw new SignetError('configuration', `etcd does not tell its version: ${quoteUntrusted(text)}`, {
      hint: 'run it by hand: etcd --version',
    })
  }
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) }
}

/** Below 0 where one is older than the other, above where it is newer. */
export function compareEtcdVersions(one: EtcdVersion, other: EtcdVersion): number {
  return one.major - other.major || one.minor - other.minor || one.patch - other.patch
}

/** The command line of one member, for the version that will run. Throws `configuration` for one older than 3.4. */
export function etcdFlags(version: EtcdVersion, settings: MemberSettings): readonly string[] {
  return [...commonFlags(settings), ...versionFlags(version)]
}

/**
 * A member's flags as they are to be for this version: those of ours that another version wants go, all others stay as
 * they are. Throws `configuration` for one older than 3.4.
 */
export function fitEtcdFlags(version: EtcdVersion, flags: readonly string[]): readonly string[] {
  const line = flagsOf(version)
  return fitProgressInterval(line, fitFixedFlags(line.fixed, flags))
}

function fitFixedFlags(wanted: readonly string[], flags: readonly string[]): readonly string[] {
  const ofOthers = new Set(flagsSince.flatMap(({ fixed }) => fixed).filter((flag) => !wanted.includes(flag)))
  const hasOfOthers = flags.some((flag) => ofOthers.has(flag))
  // Where there is none of another version, whoever took one of ours away meant it.
  if (!hasOfOthers) return flags
  const kept = flags.filter((flag) => !ofOthers.has(flag))
  return [...kept, ...wanted.filter((flag) => !kept.includes(flag))]
}

/**
 * The interval under this version's name for it. An operator's own stays. A host of an earlier release of Signet has none yet and
 * gets ours; whoever does not want it says `10m`, etcd's own.
 */
function fitProgressInterval(
  { progressInterval: wanted }: FlagsOfVersion,
  flags: readonly string[],
): readonly string[] {
  const names = flagsSince.flatMap((line) => line.progressInterval ?? [])
  const isInterval = (flag: string): boolean => names.some((name) => flag.startsWith(`${name}=`))
  const given = flags.find(isInterval)
  if (wanted === undefined) return flags.filter((flag) => !isInterval(flag))
  if (given?.startsWith(`${wanted}=`)) return flags
  const value = given?.slice(given.indexOf('=') + 1) ?? progressInterval
  return [...flags.filter((flag) => !isInterval(flag)), `${wanted}=${value}`]
}

function versionFlags(version: EtcdVersion): readonly string[] {
  const { fixed, progressInterval: name } = flagsOf(version)
  return name === undefined ? fixed : [...fixed, `${name}=${progressInterval}`]
}

function flagsOf({ major, minor, patch }: EtcdVersion): FlagsOfVersion {
  const reaches = (line: FlagsOfVersion): boolean => minor > line.minor || (minor === line.minor && patch >= line.patch)
  const own = major === 3 ? flagsSince.find(reaches) : undefined
  if (own !== undefined) return own
  throw new SignetError('configuration', `etcd ${major}.${minor} is not supported`, {
    hint: 'install etcd 3.4, 3.5, 3.6 or 3.7',
  })
}

function commonFlags(settings: MemberSettings): readonly string[] {
  return [
    `--name=${settings.name}`,
    `--data-dir=${settings.dataDir}`,
    `--listen-client-urls=${settings.listenClientUrls.join(',')}`,
    `--advertise-client-urls=${settings.advertiseClientUrls.join(',')}`,
    `--listen-peer-urls=${settings.listenPeerUrls.join(',')}`,
    `--initial-advertise-peer-urls=${settings.advertisePeerUrls.join(',')}`,
    `--listen-metrics-urls=${settings.metricsUrl}`,
    `--initial-cluster=${settings.initialCluster}`,
    `--initial-cluster-state=${settings.initialClusterState}`,
    `--initial-cluster-token=${settings.initialClusterToken}`,
    `--quota-backend-bytes=${settings.quotaBackendBytes}`,
    ...tlsFlags(settings),
    '--client-cert-auth=true',
    '--peer-client-cert-auth=true',
    // With one CA any client certificate would open the peer port; members alone carry this name.
    `--peer-cert-allowed-hostname=${peerMarker}`,
    // The JSON gateway dials with the server's own certificate and would be one more door.
    '--enable-grpc-gateway=false',
    // Off by default in 3.4: a member that comes back would depose the Raft leader.
    '--pre-vote=true',
    // 3.4 would log in another format.
    '--logger=zap',
    '--log-level=info',
    '--log-outputs=stderr',
  ]
}

function tlsFlags({ certFile, keyFile, caFile }: MemberSettings): readonly string[] {
  return ['', 'peer-'].flatMap((prefix) => [
    `--${prefix}cert-file=${certFile}`,
    `--${prefix}key-file=${keyFile}`,
    `--${prefix}trusted-ca-file=${caFile}`,
  ])
}
