import { dirname, join } from 'node:path'

/** Where everything of a real host is. */
export interface HostLayout {
  readonly root: string
  /** `/etc/etcd/pki`: root's, so that no account that the network reaches can put another CA key there. */
  readonly pki: string
  readonly caKey: string
  readonly caCertificate: string
  readonly memberKey: string
  readonly memberCertificate: string
  readonly configuration: string
  /** What the drop-in of etcd.service reads its command line from. */
  readonly etcdFlags: string
  /** Its name sorts before the `override.conf` of `systemctl edit`: systemd applies drop-ins in the order of their names. */
  readonly etcdDropIn: string
  /** What the package ships, and the drop-in is a link to: so an upgrade reaches it. */
  readonly etcdDropInSource: string
  /** A link to the package's unit, where the host has none of its own. */
  readonly etcdUnit: string
  readonly etcdUnitSource: string
  /** A link to the directory of the etcd that this host runs, which the drop-in starts and everything else asks. */
  readonly etcdBinaries: string
  /** Where the package signet-etcd puts its binaries, one directory a minor version. */
  readonly ownEtcds: string
  /** Where the distribution's packages have theirs. */
  readonly distributionEtcd: string
  /** Where administrators put theirs. */
  readonly localEtcd: string
  /** What etcd.service does not see (ProtectHome=, PrivateTmp= of the drop-in). */
  readonly hiddenFromEtcd: readonly string[]
  readonly dataDirectory: string
  readonly setupDirectory: string
  readonly progress: string
  /** How far a move to other binaries of etcd came. */
  readonly etcdUseProgress: string
  /** How etcd.service was before the run, so that it can be put back. */
  readonly serviceBefore: string
  /** What `signet renew` reads where it is told nothing. */
  readonly renewal: string
  readonly knownHosts: string
  readonly journal: string
  readonly authoritySocket: string
  readonly relaySocket: string
  /** The embedded front's: the endpoint makes it, in its own directory. */
  readonly hostKey: string
  readonly firstBoot: string
  /** Directories that a run makes where they are not there, the inner ones first. */
  readonly runDirectories: readonly string[]
  readonly setupLog: string
  /** Where `signet snapshot save` puts what it is given no place for; root's alone. */
  readonly snapshots: string
  /** What of snapshots is saved, kept and copied where it is not as usual. */
  readonly snapshotConfiguration: string
  /** How the last save, copy, fetch and drill went. */
  readonly snapshotStates: string
  /** How far a recovery came. */
  readonly recoverProgress: string
  /** What a recovery did. */
  readonly recoverReceipt: string
  /** While it is there this host's etcd does not start: the member has stood down. It says when, why, and what ends it. */
  readonly standDown: string
}

/** The layout of the contract; a test gives another root. */
export function hostLayout(root = '/'): HostLayout {
  const pki = join(root, 'etc/etcd/pki')
  const setupDirectory = join(root, 'var/lib/signet-setup')
  const snapshots = join(root, 'var/lib/signet-snapshots')
  return {
    root,
    pki,
    caKey: join(pki, 'ca.key'),
    caCertificate: join(pki, 'ca.crt'),
    memberKey: join(pki, 'server.key'),
    memberCertificate: join(pki, 'server.crt'),
    configuration: join(root, 'etc/signet/signet.yaml'),
    etcdFlags: join(root, 'etc/signet/etcd.env'),
    etcdDropIn: join(root, 'etc/systemd/system/etcd.service.d/10-signet.conf'),
    etcdDropInSource: join(root, 'usr/share/signet/etcd.service.d/signet.conf'),
    etcdUnit: join(root, 'etc/systemd/system/etcd.service'),
    etcdUnitSource: join(root, 'usr/share/signet/etcd.service'),
    etcdBinaries: join(root, 'etc/signet/etcd-bin'),
    ownEtcds: join(root, 'usr/lib/signet-etcd'),
    distributionEtcd: join(root, 'usr/bin'),
    localEtcd: join(root, 'usr/local/bin'),
    hiddenFromEtcd: ['home', 'root', 'run/user', 'tmp', 'var/tmp'].map((name) => join(root, name)),
    dataDirectory: join(root, 'var/lib/etcd/signet'),
    setupDirectory,
    progress: join(setupDirectory, 'progress.json'),
    etcdUseProgress: join(setupDirectory, 'etcd-use.json'),
    serviceBefore: join(setupDirectory, 'etcd-before.json'),
    renewal: join(root, 'var/lib/signet-client/signet.json'),
    knownHosts: join(root, 'var/lib/signet-client/known_hosts'),
    journal: join(root, 'var/lib/signet/issued.jsonl'),
    authoritySocket: join(root, 'run/signet/authority.sock'),
    relaySocket: join(root, 'run/signet/relay.sock'),
    hostKey: join(root, 'var/lib/signet-endpoint/ssh_host_ed25519_key'),
    setupLog: join(root, 'root/setup.log'),
    snapshots,
    snapshotConfiguration: join(root, 'etc/signet/snapshot.yaml'),
    snapshotStates: join(snapshots, '.state'),
    recoverProgress: join(setupDirectory, 'recover.json'),
    recoverReceipt: join(setupDirectory, 'recovered.json'),
    standDown: join(root, 'etc/signet/stood-down'),
    firstBoot: join(root, 'root/setup/first-boot.sh'),
    runDirectories: [
      ...[pki, dirname(pki), join(root, 'etc/signet')],
      ...[join(root, 'etc/systemd/system/etcd.service.d'), join(root, 'etc/systemd/system')],
      ...[join(root, 'var/lib/etcd'), join(root, 'var/lib/signet-client'), setupDirectory],
    ],
  }
}
