import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CommandStreams } from '../../src/cli/command-streams.ts'
import { runSnapshotCopy, runSnapshotFetch } from '../../src/cli/host/snapshot-copy.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { putKey } from '../../src/etcd/key-value.ts'
import { waitUntil } from '../../src/host/wait-until.ts'
import { checkCopyIfDue } from '../../src/recovery/copy/check-copy.ts'
import { copyPlaces } from '../../src/recovery/copy/copy-places.ts'
import { copySnapshots } from '../../src/recovery/copy/copy-snapshots.ts'
import { fetchCopy } from '../../src/recovery/copy/fetch-snapshot.ts'
import { fetchInto } from '../../src/recovery/copy/keep-fetched.ts'
import { takeSnapshot } from '../../src/recovery/take-snapshot.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import { documentedJson, shapeOf } from '../support/docs/json-page.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { RecoveryHost } from '../support/etcd/recovery-host.ts'
import { CopyHost } from '../support/host/copy-host.ts'
import { canBeTwoAccounts, otherAccount } from '../support/host/other-account.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const isTwo = canBeTwoAccounts('a program that attacks what it copies')
const silentStreams = { stdout: new PassThrough(), stderr: new PassThrough() }

describe.skipIf(etcd === undefined)('a snapshot off the host', { timeout: 60_000 }, () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let recovery: RecoveryHost
  let host: CopyHost
  let snapshot: string

  let saved: RecoveryHost
  let file: string

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
    saved = new RecoveryHost(cluster, member)
    ;({ file } = await takeSnapshot(saved.world))
  })
  afterAll(async () => {
    saved?.remove()
    await cluster?.stop()
  })
  beforeEach(() => {
    recovery = new RecoveryHost(cluster, member)
    host = new CopyHost(recovery)
    snapshot = host.bring(file)
  })
  afterEach(() => recovery.remove())

  const own = (name = snapshot): string => join(host.world.layout.snapshots, name)
  const sidecar = (name = snapshot): string => name.replace(/db$/, 'json')
  const leavesNothing = (): void => {
    const { outgoing, incoming } = copyPlaces(host.world.layout)
    expect([outgoing, incoming].filter((path) => existsSync(path))).toEqual([])
    expect(statSync(own()).mode & 0o777).toBe(0o600)
    expect(statSync(own())).toMatchObject({ uid: process.getuid?.(), nlink: 1 })
  }

  it('is copied with its sidecar, once, and is told apart from one that was only saved', async () => {
    host.configureVault()
    expect(await copySnapshots({}, host.world)).toMatchObject([{ snapshot, name: snapshot }])
    expect(host.copies()).toEqual([snapshot, sidecar()].toSorted())
    expect(readFileSync(join(host.vault, snapshot))).toEqual(readFileSync(own()))
    expect(host.state('copy')).toMatchObject({ lastTry: { failure: null }, lastSuccess: { snapshot } })
    expect(await copySnapshots({}, host.world)).toEqual([])
    expect(host.runs).toBe(1)
    leavesNothing()
  })

  it('is copied after the newest, and by its name whenever somebody wants it', async () => {
    host.configureVault()
    const newer = await host.save(60_000)
    expect((await copySnapshots({}, host.world)).map((copied) => copied.snapshot)).toEqual([newer, snapshot])
    expect(await copySnapshots({ name: snapshot }, host.world)).toMatchObject([{ snapshot }])
    const refusal = await refusalOf(copySnapshots({ name: '../../../etc/shadow' }, host.world))
    expect(refusal).toMatchObject({ code: 'usage' })
  })

  it('is copied though another one is not whole any more, and that one is told', async () => {
    host.configureVault()
    const newer = await host.save(60_000)
    truncateSync(own(newer), 10_000)
    const refusal = await refusalOf(copySnapshots({}, host.world))
    expect(refusal).toMatchObject({ code: 'bad-data', message: expect.stringContaining(newer) })
    expect(host.copies()).toEqual([snapshot, sidecar()].toSorted())
    expect(host.state('copy')).toMatchObject({ lastTry: { failure: refusal.message }, lastSuccess: { snapshot } })
  })

  it('is copied behind as many that are not whole as one run copies, and the rest by the next run', async () => {
    host.configureVault()
    const broken = [await host.save(60_000), await host.save(120_000), await host.save(180_000)]
    for (const each of broken) truncateSync(own(each), 10_000)
    expect((await refusalOf(copySnapshots({}, host.world))).code).toBe('bad-data')
    expect(host.copies()).toEqual([snapshot, sidecar()].toSorted())
    const newer = [await host.save(240_000), await host.save(260_000), await host.save(280_000)]
    const newest = await host.save(290_000)
    expect(await copySnapshots({}, host.world)).toHaveLength(3)
    expect(host.copies()).toEqual(expect.arrayContaining([newest, ...newer.slice(1)]))
    expect(host.copies()).not.toContain(newer[0])
  })

  it('is not copied where no program is named: for the timer that is no failure', async () => {
    expect(await copySnapshots({ isIfDue: true }, host.world)).toEqual([])
    const refusal = await refusalOf(copySnapshots({}, host.world))
    expect(refusal).toMatchObject({ code: 'configuration', hint: expect.stringContaining('snapshot.yaml') })
  })

  it('comes back as it left', async () => {
    host.configureVault()
    await copySnapshots({}, host.world)
    const kept = await fetchInto({ name: snapshot, to: recovery.root }, host.world)
    expect(kept).toMatchObject({ isCompared: true, file: join(recovery.root, snapshot), verified: { sidecar: {} } })
    expect(readFileSync(kept.file)).toEqual(readFileSync(own()))
    expect(host.state('fetch')).toMatchObject({ lastTry: { failure: null }, lastSuccess: { snapshot } })
    expect((await refusalOf(fetchInto({ name: snapshot, to: recovery.root }, host.world))).code).toBe('refused')
    leavesNothing()
  })

  it('comes back, and clears what a fetch to the same directory has left that was killed', async () => {
    host.configureVault()
    await copySnapshots({}, host.world)
    const directory = join(recovery.root, 'fetched')
    mkdirSync(directory)
    const old = new Date(Date.now() - 11 * 60_000)
    const leave = (name: string, at?: Date, mode = 0o700): string => {
      const [left, received] = [join(directory, name), join(directory, name, 'received')]
      mkdirSync(left, { mode })
      writeFileSync(received, 'secrets')
      if (at !== undefined) for (const path of [received, left]) utimesSync(path, at, at)
      return name
    }
    leave('.signet-fetch-a1B2c3', old)
    const others = [leave('.signet-fetch-mine', old), leave('.signet-fetch-Aaaaa2', old, 0o755)]
    const used = leave('.signet-fetch-Aaaaa1')
    symlinkSync(recovery.root, join(directory, '.signet-fetch-Aaaaa3'))
    if (isTwo) chownSync(join(directory, leave('.signet-fetch-Aaaaa4', old)), otherAccount.uid, otherAccount.gid)
    await fetchInto({ name: snapshot, to: directory }, host.world)
    const foreign = ['.signet-fetch-Aaaaa3', ...(isTwo ? ['.signet-fetch-Aaaaa4'] : [])]
    const stays = [used, ...others, ...foreign, snapshot, sidecar()]
    expect(readdirSync(directory).toSorted()).toEqual(stays.toSorted())
  })

  it('comes back to a host that knows nothing of it, which says so', async () => {
    host.configureVault()
    await copySnapshots({}, host.world)
    rmSync(copyPlaces(host.world.layout).records, { recursive: true })
    expect(await fetchInto({ name: snapshot, to: recovery.root }, host.world)).toMatchObject({ isCompared: false })
    const never = ['../../etc/shadow', `../${snapshot}`, `/${snapshot}.age`, `${snapshot}.age.age`, 'etcd-1.db', '']
    for (const name of never) {
      expect(await refusalOf(fetchInto({ name, to: recovery.root }, host.world)), name).toMatchObject({ code: 'usage' })
    }
    expect(host.runs).toBe(2)
  })

  it('is itself again after a run that was killed', async () => {
    host.configureVault()
    const { outgoing } = copyPlaces(host.world.layout)
    mkdirSync(outgoing, { recursive: true })
    linkSync(own(), join(outgoing, snapshot))
    chmodSync(own(), 0o640)
    if (isTwo) chownSync(own(), 0, otherAccount.gid)
    expect(await copySnapshots({}, host.world)).toMatchObject([{ snapshot }])
    leavesNothing()
  })

  it('is told of as JSON.md says', async () => {
    host.configureVault()
    const world = { ...host.world, isRoot: true } as unknown as HostWorld
    const said = async (run: (streams: CommandStreams) => Promise<void>): Promise<unknown> => {
      const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
      await run(streams)
      return JSON.parse(String(streams.stdout.read()))
    }
    const copied = await said((streams) => runSnapshotCopy(undefined, { json: true }, streams, world))
    expect(shapeOf(copied)).toEqual(shapeOf(documentedJson('snapshot copy')))
    const options = { to: recovery.root, json: true } as const
    const fetched = await said((streams) => runSnapshotFetch(snapshot, options, streams, world))
    expect(shapeOf(fetched)).toEqual(shapeOf(documentedJson('snapshot fetch')))
    const someone = { ...world, isRoot: false }
    expect((await refusalOf(runSnapshotCopy(undefined, {}, silentStreams, someone))).code).toBe('refused')
    expect((await refusalOf(runSnapshotFetch(snapshot, {}, silentStreams, world))).code).toBe('usage')
  })

  it('is fetched once a week only to be compared, and a lie is found', async () => {
    host.configureVault()
    expect(await checkCopyIfDue(host.world)).toBeUndefined()
    await copySnapshots({}, host.world)
    expect(await checkCopyIfDue(host.world)).toMatchObject({ name: snapshot, isCompared: true })
    expect(await checkCopyIfDue(host.world)).toBeUndefined()
    rmSync(join(host.vault, snapshot))
    const later = { ...host.world, clock: { now: () => Date.now() + 8 * 86_400_000 } }
    expect(await refusalOf(checkCopyIfDue(later))).toMatchObject({ code: 'unavailable' })
    expect(await checkCopyIfDue(later)).toBeUndefined()
    leavesNothing()
  })

  it('is fetched again a day after one that was not as it left, whenever another was well', async () => {
    host.configureVault()
    await copySnapshots({}, host.world)
    await checkCopyIfDue(host.world)
    const at = (days: number) => ({ ...host.world, clock: { now: () => Date.now() + days * 86_400_000 } })
    const copy = join(host.vault, snapshot)
    const bytes = readFileSync(copy)
    writeFileSync(copy, 'hello')
    expect((await refusalOf(fetchCopy({ name: snapshot }, at(1)))).code).toBe('bad-data')
    writeFileSync(copy, bytes)
    expect(await checkCopyIfDue(at(1.5))).toBeUndefined()
    expect(await checkCopyIfDue(at(2.1))).toMatchObject({ isCompared: true })
    expect(host.state('fetch')).toMatchObject({ lastTry: { failure: null } })
  })

  it('counts as compared where it was, and as failed where nobody has interrupted it', async () => {
    host.configureVault()
    await copySnapshots({}, host.world)
    rmSync(copyPlaces(host.world.layout).records, { recursive: true })
    expect(await fetchCopy({ name: snapshot }, host.world)).toMatchObject({ isCompared: false })
    host.configureVault({ fetch: host.program('slow', 'sleep 60') })
    setTimeout(() => recovery.interrupt.abort(), 500)
    expect((await refusalOf(fetchCopy({ name: snapshot }, host.world))).code).toBe('try-later')
    expect(readdirSync(host.world.layout.snapshotStates)).not.toContain('fetch.json')
  })

  describe('whose program', () => {
    const failureOf = async (script: string): Promise<unknown> => {
      host.configure({ copy: host.program('bad', script) })
      const { code, message } = await refusalOf(copySnapshots({}, host.world))
      expect(host.state('copy')).toEqual({ lastTry: { time: expect.anything(), failure: message }, lastSuccess: null })
      leavesNothing()
      return `${code}: ${message.replace(/^.*bad" /, '')}`
    }

    it('fails, is not copied, whatever it says, and its status is kept', async () => {
      expect(await failureOf('echo well done; exit 23')).toBe('unavailable: ended with status 23')
      expect(await failureOf('exit 255')).toBe('unavailable: ended with status 255')
      expect(await failureOf('kill -9 $$')).toBe('unavailable: was ended by signal 9')
      expect(await failureOf('cp "$1" "$VAULT/"; exit 1')).toBe('unavailable: ended with status 1')
      host.configureVault()
      expect(await copySnapshots({}, host.world)).toMatchObject([{ snapshot }])
    })

    it('hangs, is killed with all that it has started', async () => {
      host.timeoutMs = 300
      const pids = join(host.vault, 'pids')
      expect(await failureOf(`sleep 600 & echo $! >${pids}; wait`)).toBe(
        'unavailable: did not end in its time and was killed',
      )
      const pid = readFileSync(pids, 'utf8').trim()
      const isGone = () => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
      await waitUntil(isGone, { timeoutMs: 5000, failure: () => new SignetError('internal', 'it lives') })
    })

    it('talks too much, is heard in part, and harmlessly', async () => {
      await failureOf("printf 'red \\033[31m\\nsignet: error: forged\\n'; yes words | head -c 5000000; exit 1")
      expect(host.said.slice(0, 2)).toEqual(['it says: "red \\x1b[31m"', 'it says: "signet: error: forged"'])
      expect(host.said).toHaveLength(201)
      expect(host.said.at(-1)).toMatch(/^it says: and [0-9]{6} further lines, which are left out$/)
    })

    it('has no end to its lines, takes no memory for them', async () => {
      await failureOf('head -c 50000000 /dev/zero; exit 1')
      expect(host.said.join('').length).toBeLessThan(2000)
    })

    it('could be exchanged, or cannot be run, is not started', async () => {
      const program = host.program('bad', 'exit 0')
      host.configure({ copy: program })
      chmodSync(program, 0o600)
      expect(await refusalOf(copySnapshots({}, host.world))).toMatchObject({ code: 'configuration' })
      chmodSync(program, 0o777)
      expect(await refusalOf(copySnapshots({}, host.world))).toMatchObject({ code: 'refused' })
      host.configure({ copy: join(host.vault, 'link') })
      symlinkSync(program, join(host.vault, 'link'))
      expect(await refusalOf(copySnapshots({}, host.world))).toMatchObject({ code: 'refused' })
      host.configure({ copy: '/nowhere/at/all' })
      expect(await refusalOf(copySnapshots({}, host.world))).toMatchObject({ code: 'configuration' })
      expect(host.runs).toBe(0)
    })

    it('is ended when the operator interrupts, and nothing counts as copied', async () => {
      host.configure({ copy: host.program('slow', 'sleep 600') })
      const running = refusalOf(copySnapshots({}, host.world))
      await waitUntil(() => host.runs === 1, {
        timeoutMs: 10_000,
        failure: () => new SignetError('internal', 'not started'),
      })
      recovery.interrupt.abort()
      expect(await running).toMatchObject({ code: 'try-later' })
      leavesNothing()
    })
  })

  describe.skipIf(!isTwo)('cannot by its program', () => {
    it('be changed, exchanged or renamed, nor can others be read', async () => {
      const other = await host.save(-60_000)
      const before = readFileSync(own())
      const attack = host.program(
        'attack',
        `exec >>"$VAULT/log" 2>&1
        for how in 'echo x >"$1"' 'echo x >>"$1"' 'truncate -s 0 "$1"' 'rm -f "$1"' 'mv "$1" "$1.gone"' 'chmod 777 "$1"' \\
          'ln "$1" "$VAULT/mine"' 'ln -sf /etc/passwd "$1"' 'touch "\${1%/*}/new"' 'cp "$2" "\${1%/*}/../new"' \\
          'cat "\${1%/*}/../../${other}"' 'ls "\${1%/*}/../.."' 'ls "\${1%/*}/.."' 'echo x >"\${1%/*}/order.json"'
        do (eval "$how") && echo "DONE $how"; done
        cat "$1" >"$VAULT/read"`,
      )
      host.configure({ copy: attack })
      await copySnapshots({ name: snapshot }, host.world)
      expect(readFileSync(join(host.vault, 'log'), 'utf8')).not.toContain('DONE')
      expect(readFileSync(join(host.vault, 'read'))).toEqual(before)
      expect(readFileSync(own())).toEqual(before)
      leavesNothing()
    })

    it('leave unencrypted where there are recipients', async () => {
      const { recipient } = makeIdentity(recovery.root)
      const look = 'find "${1%/*}" -type f | sed "s|.*/||" | sort >"$VAULT/seen"'
      host.configure({ copy: host.program('look', look), recipients: [recipient] })
      await copySnapshots({}, host.world)
      expect(readFileSync(join(host.vault, 'seen'), 'utf8')).toBe(`${snapshot}.age\n${sidecar()}\norder.json\n`)
    })
  })

  describe('that is encrypted', () => {
    let identity: string
    let recipient: string

    beforeEach(() => {
      ;({ identity, recipient } = makeIdentity(recovery.root))
      host.configureVault({ recipients: [recipient] })
    })

    it('leaves as age made it, comes back compared, and is opened by the identity alone', async () => {
      await copySnapshots({}, host.world)
      expect(host.copies()).toEqual([`${snapshot}.age`, sidecar()].toSorted())
      expect(readFileSync(join(host.vault, `${snapshot}.age`), 'latin1')).toMatch(/^age-encryption\.org\/v1\n/)
      const closed = await fetchInto({ name: snapshot, to: recovery.root }, host.world)
      expect(closed).toMatchObject({ isCompared: true, verified: null, file: join(recovery.root, `${snapshot}.age`) })
      rmSync(join(recovery.root, sidecar()))
      const opened = await fetchInto({ name: `${snapshot}.age`, to: recovery.root, identity }, host.world)
      expect(readFileSync(opened.file)).toEqual(readFileSync(own()))
      expect(opened.verified).toMatchObject({ sidecar: expect.anything() })
    })

    it('is not opened by another identity, and nothing is left', async () => {
      await copySnapshots({}, host.world)
      const before = readdirSync(recovery.root)
      const wrong = makeIdentity(host.vault).identity
      const refusal = await refusalOf(fetchInto({ name: snapshot, to: recovery.root, identity: wrong }, host.world))
      expect(refusal).toMatchObject({ code: 'bad-data', message: expect.stringContaining('no identity matched') })
      expect(readdirSync(recovery.root)).toEqual(before)
    })

    it('is found where its ciphertext was changed', async () => {
      await copySnapshots({}, host.world)
      const copy = join(host.vault, `${snapshot}.age`)
      const changed = readFileSync(copy)
      changed[changed.length - 20] = (changed[changed.length - 20] ?? 0) ^ 1
      writeFileSync(copy, changed)
      const refusal = await refusalOf(fetchCopy({ name: snapshot }, host.world))
      expect(refusal).toMatchObject({ code: 'bad-data', message: expect.stringContaining('is not what was copied') })
      expect(host.state('fetch')).toMatchObject({ lastTry: { failure: refusal.message } })
    })

    it('is not copied where age refuses a recipient, or there is no age', async () => {
      host.configureVault({ recipients: [`age1${'q'.repeat(58)}`] })
      const refused = await refusalOf(copySnapshots({}, host.world))
      expect(refused).toMatchObject({ code: 'configuration', message: expect.stringContaining('malformed recipient') })
      host.configureVault({ recipients: [recipient] })
      const without = await refusalOf(copySnapshots({}, { ...host.world, searchPath: '/nowhere' }))
      expect(without).toMatchObject({ code: 'configuration', hint: 'apt install age' })
      expect(host.copies()).toEqual([])
    })
  })

  describe('is not taken back', () => {
    const come = async (script: string): Promise<string> => {
      host.configureVault()
      if (readdirSync(host.vault).length === 0) await copySnapshots({}, host.world)
      host.configureVault({ fetch: host.program('bring', `cp "$VAULT/\${1%.db}.json" "$2/"\n${script}`) })
      const before = readdirSync(recovery.root)
      const { code, message } = await refusalOf(fetchInto({ name: snapshot, to: recovery.root }, host.world))
      expect(readdirSync(recovery.root)).toEqual(before)
      leavesNothing()
      return `${code}: ${message}`
    }

    it('where nothing came, however well the program ended', async () => {
      expect(await come(':')).toMatch(/^bad-data: .*\.db" is not there$/)
    })

    it('as a link, a pipe or a directory, nor as the file that is here', async () => {
      for (const bring of [`ln -s ${own()} "$2/$1"`, 'mkfifo "$2/$1"', 'mkdir "$2/$1"', 'ln -s /dev/zero "$2/$1"']) {
        expect(await come(bring), bring).toMatch(/^bad-data: .*is no plain file$/)
      }
      expect(await come('cp "$VAULT/$1" "$2/$1"; ln "$2/$1" "$2/second"')).toMatch(/is not a file of its own$/)
    })

    it('as another file, nor one that grows', async () => {
      expect(await come('echo hello >"$2/$1"')).toMatch(/^bad-data: .*is no whole snapshot/)
      expect(await come('cat "$VAULT/$1" "$VAULT/$1" >"$2/$1"')).toMatch(/^bad-data: .*is larger than/)
      await putKey(cluster.connect([member.clientUrl]), 'another', 'store')
      const other = await host.save(60_000)
      await copySnapshots({ name: other }, host.world)
      expect(await come(`cp "$VAULT/${other}" "$2/$1"`)).toMatch(/^bad-data: .*(is not what was copied|is larger than)/)
    })

    it('into a directory that has no room for it, or where etcd needs that', async () => {
      const bring = host.program('bring', `cp "${own(sidecar())}" "$2/"; truncate -s 8T "$2/$1"`)
      chmodSync(own(sidecar()), 0o644)
      host.configure({ copy: bring, fetch: bring, maxBytes: '9000GiB' })
      const refusal = await refusalOf(fetchInto({ name: snapshot, to: recovery.root }, host.world))
      expect(refusal).toMatchObject({ code: 'configuration', message: expect.stringContaining('no room for the copy') })
      expect(refusal.hint).toContain('--to=DIR')
      leavesNothing()
    })

    it('where its program fills the disk: that one is ended', async () => {
      expect(await come('cat /dev/zero >"$2/$1"')).toMatch(/^unavailable: .*brought more than .* and was ended$/)
    })
  })
})

function makeIdentity(directory: string): { readonly identity: string; readonly recipient: string } {
  const identity = join(mkdtempSync(join(directory, 'keys-')), 'identity.txt')
  const said = execFileSync('age-keygen', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  writeFileSync(identity, said, { mode: 0o600 })
  return { identity, recipient: /public key: (age1\S+)/.exec(said)?.[1] ?? '' }
}
