import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { AskSigner } from '../../src/client/ask/ask-signer.ts'
import type { ClientWorld } from '../../src/client/client-world.ts'
import { installPair, type NewPair } from '../../src/client/pair/install-pair.ts'
import { renewCertificate } from '../../src/client/renew/renew-certificate.ts'
import { saveState } from '../../src/client/saved-state.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import type { PairPaths } from '../../src/host/pair-paths.ts'
import { parseCsr } from '../../src/x509/parse-csr.ts'
import { formatPem, parsePem } from '../../src/x509/pem.ts'
import { CrashDisk, describeDisk, type Entry, filesOf, layOut } from '../support/disk/crash-disk.ts'
import { type DiskCall, recordCalls } from '../support/disk/recorded-fs.ts'
import { createTestCa, spkiOf, testNowMs } from '../support/x509/test-ca.ts'

vi.mock('node:fs/promises', async (importOriginal) => {
  const { recordFs } = await import('../support/disk/recorded-fs.ts')
  return recordFs(await importOriginal())
})

// In memory where that can be had: what an fsync does is the model's matter here, and thousands of them take their time.
const base = mkdtempSync(join(isWritable('/dev/shm') ? '/dev/shm' : tmpdir(), 'signet-power-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

const authority = createTestCa()
const caPem = formatPem('CERTIFICATE', authority.certificate.der)
const tools = { files: localFiles, owner: undefined }

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function makePair(): NewPair & { readonly keyPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { keyPem, certificatePem: formatPem('CERTIFICATE', authority.issue({ publicKey: spkiOf(publicKey) })), caPem }
}

const oldPair = makePair()
const newPair = makePair()
const oldPublicKey = spkiOf(createPublicKey(oldPair.keyPem))
const renewal: NewPair = {
  keyPem: undefined,
  certificatePem: formatPem('CERTIFICATE', authority.issue({ publicKey: oldPublicKey })),
  caPem,
}

let count = 0
function newPaths(isApart: boolean): PairPaths {
  count += 1
  return pathsIn(join(base, `${count}`), isApart)
}

function pathsIn(directory: string, isApart: boolean): PairPaths {
  const certificate = isApart ? join(directory, 'certs', 'crt') : join(directory, 'pki', 'crt')
  return { key: join(directory, 'pki', 'key'), certificate, ca: join(directory, 'pki', 'etcd', 'ca') }
}

const rootOf = ({ key }: PairPaths): string => dirname(dirname(key))

/** What etcd or kube-apiserver read at a handshake, in the order in which Go's tls.LoadX509KeyPair does. */
function handshake({ certificate, key }: PairPaths): readonly (string | undefined)[] {
  const [cert, private_] = [read(certificate), read(key)]
  // Throws where the two do not belong together, or where one of them is cut off.
  if (cert !== undefined && private_ !== undefined) createSecureContext({ cert, key: private_ })
  return [private_, cert]
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** What is installed before. */
interface Start {
  readonly title: string
  readonly prepare: (paths: PairPaths) => Promise<unknown> | unknown
  readonly pair: readonly (string | undefined)[]
}

const starts: readonly Start[] = [
  {
    title: 'nothing',
    prepare: ({ key }) => localFiles.makeDirectory(dirname(dirname(key)), { mode: 0o755 }),
    pair: [undefined, undefined],
  },
  {
    title: 'a pair',
    prepare: (paths) => installPair(paths, oldPair, tools),
    pair: [oldPair.keyPem, oldPair.certificatePem],
  },
  {
    title: 'a key alone',
    prepare: async ({ key }) => {
      await localFiles.makeDirectory(dirname(key), { mode: 0o755 })
      await localFiles.write(key, oldPair.keyPem, { mode: 0o600 })
    },
    pair: [oldPair.keyPem, undefined],
  },
  {
    title: 'a certificate alone',
    prepare: async ({ certificate }) => {
      await localFiles.makeDirectory(dirname(certificate), { mode: 0o755 })
      await localFiles.write(certificate, oldPair.certificatePem, { mode: 0o644 })
    },
    pair: [undefined, oldPair.certificatePem],
  },
]

interface Scenario {
  readonly title: string
  readonly start: Start
  readonly installed: NewPair
  readonly isApart: boolean
}

const scenarios: readonly Scenario[] = starts.flatMap((start) =>
  [newPair, renewal]
    // A certificate renewed for a key needs the key.
    .filter((pair) => pair === newPair || start.pair[0] !== undefined)
    .flatMap((installed) =>
      [false, true].map((isApart) => {
        const what = installed === newPair ? 'a new key and its certificate' : 'a renewed certificate'
        return { title: `${what} over ${start.title}${isApart ? ', apart' : ''}`, start, installed, isApart }
      }),
    ),
)

/** Installs, and hands over every disk that a kill or a power cut may leave after each system call. */
async function walk({ start, installed }: Scenario, paths: PairPaths): Promise<Walk> {
  await start.prepare(paths)
  const disk = new CrashDisk(rootOf(paths))
  const [killed, cut]: [Entry[], Entry[]] = [[], []]
  const calls: DiskCall[] = []
  const pairs: (readonly (string | undefined)[])[] = []
  const look = (): void => {
    killed.push(disk.now)
    cut.push(...disk.afterPowerCut())
    pairs.push(handshake(paths))
  }
  look()
  await recordCalls(
    (call) => {
      calls.push(call)
      disk.apply(call)
      look()
    },
    () => installPair(paths, installed, tools),
  )
  return { calls, pairs, disks: unique([...killed, ...cut]), last: unique([...disk.afterPowerCut()]) }
}

interface Walk {
  readonly calls: readonly DiskCall[]
  /** What a handshake read after each call. */
  readonly pairs: readonly (readonly (string | undefined)[])[]
  readonly disks: readonly Entry[]
  /** Those that a power cut may leave once the installation has said that it is done. */
  readonly last: readonly Entry[]
}

function unique(disks: readonly Entry[]): readonly Entry[] {
  return [...new Map(disks.map((disk) => [describeDisk(disk), disk])).values()]
}

/** Lays a disk out as a directory. */
function restart(disk: Entry, isApart: boolean): PairPaths {
  count += 1
  const directory = join(base, `${count}`)
  layOut(disk, directory)
  return pathsIn(directory, isApart)
}

describe.each(scenarios)('installing $title', (scenario) => {
  const { start, installed, isApart } = scenario
  const newOne = [installed.keyPem ?? oldPair.keyPem, installed.certificatePem]
  // On the way from half a pair to a whole one there is none yet.
  const halves = start.pair.includes(undefined) ? [[newOne[0], undefined]] : []
  const allowed = [start.pair, newOne, ...halves]

  let walking: Promise<Walk> | undefined
  const walked = (): Promise<Walk> => (walking ??= walk(scenario, newPaths(isApart)))

  it('shows the old pair or the new one after every system call, and after every kill and power cut', async () => {
    const { calls, pairs, disks, last } = await walked()
    expect(calls.length).toBeGreaterThan(5)
    for (const pair of pairs) expect(allowed).toContainEqual(pair)
    for (const disk of disks) {
      const paths = restart(disk, isApart)
      expect(allowed, describeDisk(disk)).toContainEqual(handshake(paths))
      rmSync(rootOf(paths), { recursive: true })
    }
    for (const disk of last) expect(handshake(restart(disk, isApart))).toEqual(newOne)
  })

  it('is ended by the next run, which leaves nothing else behind', async () => {
    const { disks } = await walked()
    for (const disk of disks) {
      const paths = restart(disk, isApart)
      await installPair(paths, installed, tools)
      expect(handshake(paths), describeDisk(disk)).toEqual(newOne)
      const found = readdirSync(rootOf(paths), { recursive: true, withFileTypes: true })
      const left = found.filter((one) => !one.isDirectory())
      expect(left.map(({ name, parentPath }) => join(parentPath, name)).toSorted()).toEqual(
        Object.values(paths).toSorted(),
      )
      expect(left.every((one) => one.isFile())).toBe(true)
      rmSync(rootOf(paths), { recursive: true })
    }
  })

  it('never has a key on the disk that other accounts can read', async () => {
    const { disks } = await walked()
    const open = disks
      .flatMap((disk) => [...filesOf(disk)])
      .filter(({ text, mode }) => text.includes('PRIVATE') && (mode & 0o077) !== 0)
    expect(open).toEqual([])
  })
})

/** A master that asked as kubemaster-2 and has the pair of kubemaster-1 by now, as `kubeadm join` leaves it. */
async function copyByKubeadm(paths: PairPaths): Promise<string> {
  const stateFile = stateFileOf(paths)
  await installPair(paths, oldPair, tools)
  const signer = { address: '192.0.2.1', knownHostsFile: join(rootOf(paths), 'known_hosts') }
  await saveState(
    stateFile,
    { version: 1, signer, name: 'kubemaster-2', kind: 'client', paths, endpoints: [] },
    worldOf([]),
  )
  return stateFile
}

const stateFileOf = (paths: PairPaths): string => join(rootOf(paths), 'state', 'signet.json')

/** Signs what is asked for with the CA of this file, and keeps what was signed. */
function worldOf(signed: string[]): ClientWorld {
  const ask: AskSigner = async (_signer, word, input = '') => {
    if (word !== 'kubemaster-2') throw new SignetError('unavailable', `nobody answers ${word} here`)
    const csr = parseCsr(parsePem(Buffer.from(input, 'base64').toString(), 'CERTIFICATE REQUEST'))
    const der = authority.issue({
      subjectCommonName: word,
      dnsNames: [word],
      publicKey: csr.publicKey.spki,
      notBeforeMs: testNowMs - 600_000,
    })
    signed.push(formatPem('CERTIFICATE', der))
    return formatPem('CERTIFICATE', der)
  }
  return { ask, files: localFiles, clock: { now: () => testNowMs } }
}

describe.each([false, true])('renewing over a pair that kubeadm has copied here, apart: %s', (isApart) => {
  const copied = [oldPair.keyPem, oldPair.certificatePem]

  async function walkRenewal() {
    const paths = newPaths(isApart)
    const stateFile = await copyByKubeadm(paths)
    const disk = new CrashDisk(rootOf(paths))
    const signed: string[] = []
    const seen: { readonly disk: Entry; readonly isSigned: boolean }[] = []
    const pairs: (readonly (string | undefined)[])[] = []
    const look = (): void => {
      pairs.push(handshake(paths))
      for (const entry of [disk.now, ...disk.afterPowerCut()]) seen.push({ disk: entry, isSigned: signed.length > 0 })
    }
    await recordCalls(
      (call) => {
        disk.apply(call)
        look()
      },
      () => renewCertificate({ stateFile, force: true }, worldOf(signed)),
    )
    const disks = new Map(seen.map((one) => [`${one.isSigned} ${describeDisk(one.disk)}`, one]))
    return { paths, signed, pairs, seen: [...disks.values()], last: unique([...disk.afterPowerCut()]) }
  }

  let walking: ReturnType<typeof walkRenewal> | undefined
  const walked = () => (walking ??= walkRenewal())

  it('shows the copied pair until the new one was signed, and then one of the two, after every kill and power cut', async () => {
    const { paths, signed, pairs, seen, last } = await walked()
    const made = handshake(paths)
    expect(made[1]).toBe(signed[0])
    expect(signed).toHaveLength(1)
    expect(made[0]).not.toBe(copied[0])
    expect(pairs.length).toBeGreaterThan(20)
    for (const pair of pairs) expect([copied, made]).toContainEqual(pair)
    for (const { disk, isSigned } of seen) {
      const cut = restart(disk, isApart)
      expect(isSigned ? [copied, made] : [copied], describeDisk(disk)).toContainEqual(handshake(cut))
      rmSync(rootOf(cut), { recursive: true })
    }
    for (const disk of last) expect(handshake(restart(disk, isApart))).toEqual(made)
  })

  it('is ended by the next look of the timer, with a key of its own and nothing left behind', async () => {
    const { paths, seen } = await walked()
    for (const { disk } of seen) {
      const cut = restart(disk, isApart)
      const state = readFileSync(stateFileOf(cut), 'utf8').replaceAll(rootOf(paths), rootOf(cut))
      writeFileSync(stateFileOf(cut), state, { mode: 0o600 })
      await renewCertificate({ stateFile: stateFileOf(cut), force: true }, worldOf([]))
      const [key, certificate = ''] = handshake(cut)
      expect(key).not.toBe(copied[0])
      expect(new X509Certificate(certificate).subject).toBe('CN=kubemaster-2')
      const found = readdirSync(rootOf(cut), { recursive: true, withFileTypes: true })
      const files = found.filter((one) => !one.isDirectory()).map((one) => join(one.parentPath, one.name))
      // A state that was cut off stays beside the state for an hour: another process might be writing it.
      const left = files.filter((file) => dirname(file) !== dirname(stateFileOf(cut)))
      expect(left.toSorted()).toEqual(Object.values(cut).toSorted())
      rmSync(rootOf(cut), { recursive: true })
    }
  })
})

describe('the disk that loses power', () => {
  it('would catch a write that is not synced before the rename', async () => {
    const directory = join(base, 'unsynced')
    await localFiles.makeDirectory(directory, { mode: 0o755 })
    await localFiles.write(join(directory, 'key'), 'old', { mode: 0o600 })
    const disk = new CrashDisk(directory)
    const [temporary, to] = [join(directory, 'temporary'), join(directory, 'key')]
    disk.apply({ call: 'create', path: temporary, file: 1, mode: 0o600 })
    disk.apply({ call: 'write', file: 1, text: 'new key' })
    disk.apply({ call: 'rename', path: temporary, to })
    const found = new Set(
      [...disk.afterPowerCut()].map((entry) => read(restart(entry, false).key.replace('/pki/', '/'))),
    )
    expect(found).toEqual(new Set(['old', '', 'new', 'new key']))
  })
})
