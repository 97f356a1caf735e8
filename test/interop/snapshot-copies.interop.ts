import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startPrivateSshd } from '../../bench/ssh/private-sshd.ts'
import { startServer } from '../../bench/ssh/start-server.ts'
import { findFreePorts } from '../../src/host/net/free-port.ts'
import { copySnapshots } from '../../src/recovery/copy/copy-snapshots.ts'
import { fetchInto } from '../../src/recovery/copy/keep-fetched.ts'
import { takeSnapshot } from '../../src/recovery/take-snapshot.ts'
import { readCodeBlocks } from '../support/docs/read-document.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { RecoveryHost } from '../support/etcd/recovery-host.ts'
import { CopyHost } from '../support/host/copy-host.ts'
import { otherAccount } from '../support/host/other-account.ts'
import { refusalOf } from '../support/refusal.ts'

const isRoot = process.getuid?.() === 0
const s3Server = process.env['SIGNET_S3_SERVER'] ?? ''
const page = 'docs/OPERATIONS.md'

/** A program as OPERATIONS prints it, found by what its second line says. */
function printed(what: string): string {
  const found = readCodeBlocks(page, 'sh').filter((block) => block.startsWith(`#!/bin/sh\n# ${what}\n`))
  expect(found, what).toHaveLength(1)
  return found[0] ?? ''
}

// What OPERATIONS tells an operator to type is typed here against servers on loopback.
describe('the programs that OPERATIONS copies snapshots with', { timeout: 120_000 }, () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let recovery: RecoveryHost
  let host: CopyHost
  let snapshot: string
  let stop: () => Promise<void>

  beforeAll(async () => {
    const etcd = findEtcd()
    if (etcd === undefined) throw new Error('there is no etcd')
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
  })
  afterAll(() => cluster.stop())
  beforeEach(async () => {
    recovery = new RecoveryHost(cluster, member)
    host = new CopyHost(recovery)
    host.timeoutMs = 60_000
    snapshot = host.bring((await takeSnapshot(recovery.world)).file)
    stop = async () => {}
  })
  afterEach(async () => {
    await stop()
    recovery.remove()
  })

  /** A directory that is the account's own. */
  const ownDirectory = (name: string): string => {
    const path = join(recovery.root, name)
    mkdirSync(path, { mode: 0o700 })
    if (isRoot) chownSync(path, otherAccount.uid, otherAccount.gid)
    return path
  }
  const ownFile = (path: string, text: string): string => {
    writeFileSync(path, text, { mode: 0o600 })
    if (isRoot) chownSync(path, otherAccount.uid, otherAccount.gid)
    return path
  }

  /** There and back, encrypted and not; then with the place of the copies gone. */
  async function expectRoundTrip(how: string, spoil: () => void): Promise<void> {
    const copy = async (choice: { readonly name?: string }): Promise<void> => {
      const said = (error: unknown) => expect.fail(`${error}\n${host.said.join('\n')}`)
      await copySnapshots(choice, host.world).catch(said)
    }
    const [copyProgram, fetchProgram] = ['copy FILE SIDECAR', 'fetch NAME DIRECTORY'].map((what, index) =>
      host.install(index === 0 ? 'copy' : 'fetch', printed(`${what}, by ${how}`)),
    )
    host.configure({ copy: copyProgram, fetch: fetchProgram })
    const own = join(recovery.world.layout.snapshots, snapshot)
    await copy({})
    const plain = await fetchInto({ name: snapshot, to: ownPlace('plain') }, host.world)
    expect(readFileSync(plain.file)).toEqual(readFileSync(own))
    const identity = join(recovery.root, 'identity.txt')
    execFileSync('age-keygen', ['-o', identity], { stdio: 'ignore' })
    const recipient = execFileSync('age-keygen', ['-y', identity], { encoding: 'utf8' }).trim()
    host.configure({ copy: copyProgram, fetch: fetchProgram, recipients: [recipient] })
    await copy({ name: snapshot })
    const opened = await fetchInto({ name: snapshot, to: ownPlace('opened'), identity }, host.world)
    expect(opened).toMatchObject({ name: `${snapshot}.age`, isCompared: true })
    expect(readFileSync(opened.file)).toEqual(readFileSync(own))
    spoil()
    expect(await refusalOf(fetchInto({ name: snapshot, to: ownPlace('lost') }, host.world))).toMatchObject({
      code: expect.stringMatching(/unavailable|bad-data/),
    })
    expect(await refusalOf(copySnapshots({ name: snapshot }, host.world))).toMatchObject({ code: 'unavailable' })
  }

  const ownPlace = (name: string): string => {
    const path = join(recovery.root, name)
    mkdirSync(path, { mode: 0o700 })
    return path
  }

  it.skipIf(!isRoot)('bring them back by rsync over ssh, from an sshd of another account', async () => {
    const directory = join(recovery.root, 'vault.example.org')
    mkdirSync(directory, { mode: 0o755 })
    const home = ownDirectory('home')
    const key = join(home, 'id_ed25519')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    chownSync(key, otherAccount.uid, otherAccount.gid)
    renameSync(`${key}.pub`, join(directory, 'authorized_keys'))
    const place = join(directory, 'etcd')
    mkdirSync(place)
    // The account signer of that sshd.
    chownSync(place, 991, 65_534)
    const settings = join(directory, 'settings')
    writeFileSync(
      settings,
      `AuthorizedKeysFile ${directory}/authorized_keys\nStrictModes no\nSetEnv PATH=${process.env['PATH']}\n`,
    )
    const sshd = await startPrivateSshd({ directory, settings, shell: '/bin/sh' })
    stop = sshd.stop
    const hostKey = readFileSync(join(directory, 'ssh_host_ed25519_key.pub'), 'utf8')
    ownFile(join(home, 'known_hosts'), `[127.0.0.1]:${sshd.port} ${hostKey}`)
    const lines = ['Host vault', 'HostName 127.0.0.1', `Port ${sshd.port}`, 'User signer', `IdentityFile ${key}`]
    const config = ownFile(join(home, 'config'), `${lines.join('\n')}\nUserKnownHostsFile ${home}/known_hosts\n`)
    host.environment = { RSYNC_RSH: `ssh -F ${config} -o BatchMode=yes` }
    await expectRoundTrip('rsync over ssh', () => rmSync(place, { recursive: true }))
  })

  it('bring them back by restic, from a directory', async () => {
    const repository = ownDirectory('backup')
    const home = ownDirectory('home')
    const password = ownFile(join(home, 'restic-password'), 'open sesame\n')
    host.environment = { RESTIC_REPOSITORY: join(repository, 'etcd'), RESTIC_PASSWORD_FILE: password, HOME: home }
    const account = isRoot ? otherAccount : {}
    const env = { ...process.env, ...host.environment }
    execFileSync('restic', ['init', '--quiet'], { env, ...account })
    await expectRoundTrip('restic', () => rmSync(join(repository, 'etcd'), { recursive: true }))
  })

  it.skipIf(s3Server === '' && process.env['CI'] === undefined)('bring them back by rclone, from S3', async () => {
    const buckets = join(recovery.root, 'buckets')
    const beside = join(recovery.root, 'of-objects')
    for (const path of [join(buckets, 'etcd-snapshots'), beside]) mkdirSync(path, { recursive: true })
    const [port = 0] = await findFreePorts('127.0.0.1', 1)
    const env = { AWS_ACCESS_KEY_ID: 'KEY', AWS_SECRET_ACCESS_KEY: 'SECRET-SECRET' }
    const command = {
      command: join(s3Server, 'versitygw'),
      args: [buckets, beside, `127.0.0.1:${port}`],
      env,
      ready: /ready/,
    }
    ;({ stop } = await startServer(command))
    const [ini = ''] = readCodeBlocks(page, 'ini').filter((block) => block.startsWith('[vault]\n'))
    const settings = ini
      .replace('https://s3.example.org', `http://127.0.0.1:${port}`)
      .replace('= SECRET', '= SECRET-SECRET')
    const home = ownDirectory('home')
    host.environment = { RCLONE_CONFIG: ownFile(join(home, 'rclone.conf'), settings), HOME: home }
    await expectRoundTrip('rclone', () => rmSync(join(buckets, 'etcd-snapshots'), { recursive: true }))
  })
})
