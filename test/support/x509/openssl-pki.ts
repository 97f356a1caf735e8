import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EtcdCredential } from '../../../src/etcd/etcd-client.ts'
import { pathWithTools } from '../host/sandbox-fixture.ts'

export interface PkiFiles {
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}

const memberExtensions = [
  'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1,DNS:peer.etcd.signet.internal',
  'extendedKeyUsage=serverAuth,clientAuth',
]
const clientExtensions = ['extendedKeyUsage=clientAuth']

/** A certificate authority made by openssl, so that the tests of this room do not rest on our own x509. */
export class OpensslPki {
  readonly caFile: string
  readonly #directory: string
  #serial = 1

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true })
    this.#directory = directory
    this.caFile = join(directory, 'ca.crt')
    const subject = ['-subj', '/CN=test-ca', '-days', '2']
    openssl(['req', '-x509', ...newKey(join(directory, 'ca.key')), ...subject, '-out', this.caFile])
  }

  /** A member's certificate for 127.0.0.1 and ::1, with the peer marker; other extensions where given. */
  issueMember(name: string, days = 2, extensions: readonly string[] = memberExtensions): PkiFiles {
    return this.#issue(name, days, extensions)
  }

  /** A client's certificate; expired since yesterday with `days` -1. */
  issueClient(name: string, days = 2): PkiFiles {
    return this.#issue(name, days, clientExtensions)
  }

  #issue(name: string, days: number, extensions: readonly string[]): PkiFiles {
    const [keyFile, csrFile, certFile, extFile] = ['key', 'csr', 'crt', 'ext'].map((ending) =>
      join(this.#directory, `${name}.${ending}`),
    ) as [string, string, string, string]
    openssl(['req', '-new', ...newKey(keyFile), '-subj', `/CN=${name}`, '-out', csrFile])
    writeFileSync(extFile, `${['basicConstraints=critical,CA:FALSE', ...extensions].join('\n')}\n`)
    const signing = ['-CA', this.caFile, '-CAkey', join(this.#directory, 'ca.key'), '-set_serial', `${++this.#serial}`]
    const args = ['x509', '-req', '-in', csrFile, ...signing, '-extfile', extFile, '-out', certFile]
    // OpenSSL 3.5 makes no certificate that ends before it begins: an expired one is made in the past.
    if (days < 0) opensslInThePast(1 - days, [...args, '-days', '1'])
    else openssl([...args, '-days', `${days}`])
    return { caFile: this.caFile, certFile, keyFile }
  }
}

/** What a client of etcd wants, from files. */
export function readCredential({ caFile, certFile, keyFile }: PkiFiles): EtcdCredential {
  return {
    caPem: readFileSync(caFile, 'utf8'),
    certPem: readFileSync(certFile, 'utf8'),
    keyPem: readFileSync(keyFile, 'utf8'),
  }
}

function newKey(file: string): readonly string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file]
}

function opensslInThePast(daysAgo: number, args: readonly string[]): void {
  const environment = { ...process.env, PATH: pathWithTools }
  execFileSync('faketime', ['-f', `-${daysAgo}d`, 'openssl', ...args], { stdio: 'pipe', env: environment })
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' })
}
