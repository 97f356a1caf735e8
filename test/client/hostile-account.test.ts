import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runDoctor } from '../../src/cli/anywhere/doctor.ts'
import { warnOn } from '../../src/cli/command-streams.ts'
import { runRenew } from '../../src/cli/master/renew.ts'
import { runRequest } from '../../src/cli/master/request.ts'
import { createSshAsker } from '../../src/client/ask/ask-signer.ts'
import type { CertificateRequest } from '../../src/client/certificate-request.ts'
import { planLayout } from '../../src/client/client-layout.ts'
import type { ClientWorld } from '../../src/client/client-world.ts'
import { systemClientWorld } from '../../src/client/client-world.ts'
import { settlePair } from '../../src/client/pair/swap-pair.ts'
import { systemClock } from '../../src/core/clock.ts'
import type { SignetError } from '../../src/core/signet-error.ts'
import { systemInspection } from '../../src/diagnosis/inspect/inspection-world.ts'
import { type LocalFiles, localFiles } from '../../src/host/files/local-files.ts'
import { prepareDirectory } from '../../src/sandbox/sandbox-directory.ts'
import { asOtherAccount, canBeTwoAccounts, otherAccount, startAsOtherAccount } from '../support/host/other-account.ts'
import { refusalOf } from '../support/refusal.ts'
import { requestCertificate } from '../support/shell/request-certificate.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-hostile-'))
const signer = new TestSigner(new TestAuthority({ clock: systemClock }))
const streams = () => ({ stdout: new PassThrough(), stderr: new PassThrough() })

const request = (dir: string, newKey?: boolean): Promise<void> => {
  const options = { signerIp: '127.0.0.1', port: `${signer.port}`, name: 'kubemaster-1', dir }
  return runRequest(newKey === undefined ? options : { ...options, newKey }, streams())
}
const renew = (dir: string): Promise<void> => runRenew({ dir, force: true }, streams())

const commands: Readonly<Record<string, (dir: string) => Promise<void>>> = {
  request: (dir) => request(dir),
  'request --new-key': (dir) => request(dir, true),
  renew,
}

let count = 0
/** Root's directory for the files, the one above it, and what of root's nobody else may read or change. */
let [dir, host, secret, precious] = ['', '', '', '']

const administrators = 'the key of an administrator\n'

/** Gives a directory to the group that the attacker is in, as `umask 002` and many a guide do. */
function share(path: string): void {
  chownSync(path, 0, otherAccount.gid)
  chmodSync(path, 0o775)
}

/** A pair as a request has left it, without asking for one each time. */
function installAt(path: string): void {
  cpSync(join(base, 'pki'), path, { recursive: true })
  const state = join(path, 'signet.json')
  writeFileSync(state, readFileSync(state, 'utf8').replaceAll(join(base, 'pki'), path))
}

/** Whatever the other account did: refused by the name of what it can change, and nothing of root's is changed. */
async function expectRefused(run: () => Promise<unknown>, component: string): Promise<SignetError> {
  const signed = signer.calls.length
  const error = await refusalOf(run)
  expect(readFileSync(precious, 'utf8')).toBe(administrators)
  expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining(component) })
  expect(error.hint).toMatch(/without sudo.*--dir=DIR/)
  expect(signer.calls.length).toBe(signed)
  return error
}

describe.skipIf(!canBeTwoAccounts("another account beside root's files"))('another account', () => {
  beforeAll(async () => {
    chmodSync(base, 0o755)
    await signer.start()
    await request(join(base, 'pki'))
  })
  afterAll(async () => {
    await signer.remove()
    rmSync(base, { recursive: true, force: true })
  })
  beforeEach(() => {
    count += 1
    host = join(base, `${count}`)
    dir = join(host, 'pki')
    secret = join(host, 'ca.key')
    precious = join(host, 'authorized_keys')
    mkdirSync(host, { mode: 0o755 })
    writeFileSync(secret, 'PRIVATE: the CA key', { mode: 0o400 })
    writeFileSync(precious, administrators, { mode: 0o600 })
  })

  describe.each(Object.entries(commands))('in a directory that its group can write to, with %s', (_how, run) => {
    beforeEach(() => {
      installAt(dir)
      share(dir)
    })

    it("cannot have root write a secret of root's into a file that all can read", async () => {
      asOtherAccount(
        `mkdir stage; ln -s '${secret}' stage/crt; ln -s stage .client.key.signet
         mv client.crt old; ln -s .client.key.signet/crt client.crt; mkdir loot; chmod 777 loot`,
        dir,
      )
      const stop = startAsOtherAccount(`while :; do cat client.crt >> loot/all 2>/dev/null || :; done`, dir)
      await expectRefused(() => run(dir), dir).finally(stop)
      expect(existsSync(join(dir, 'loot/all')) ? readFileSync(join(dir, 'loot/all'), 'utf8') : '').toBe('')
    })

    it("cannot have root delete a directory of root's", async () => {
      mkdirSync(join(dir, 'archive'), { mode: 0o700 })
      writeFileSync(join(dir, 'archive', 'snapshot'), 'the only one')
      asOtherAccount('mv archive .client.key.signet-old', dir)
      await expectRefused(() => run(dir), dir)
      expect(readFileSync(join(dir, '.client.key.signet-old', 'snapshot'), 'utf8')).toBe('the only one')
    })

    it("cannot have root append to a file of root's", async () => {
      asOtherAccount(`mv known_hosts old; ln -s '${precious}' known_hosts`, dir)
      await expectRefused(() => run(dir), dir)
    })

    it('cannot exchange the files of a directory below its own', async () => {
      const above = join(host, 'home')
      mkdirSync(above)
      installAt(join(above, 'pki'))
      chownSync(above, otherAccount.uid, otherAccount.gid)
      await expectRefused(() => run(join(above, 'pki')), above)
    })

    it('cannot lead root elsewhere by a link of its own', async () => {
      const linked = join(host, 'tmp')
      mkdirSync(linked)
      chmodSync(linked, 0o1777)
      asOtherAccount(`ln -s '${join(base, 'pki')}' pki`, linked)
      await expectRefused(() => run(join(linked, 'pki')), join(linked, 'pki'))
    })
  })

  it("cannot exchange what a link of root's leads to", async () => {
    const theirs = join(host, 'theirs')
    installAt(theirs)
    chownSync(theirs, otherAccount.uid, otherAccount.gid)
    symlinkSync('theirs', dir)
    await expectRefused(() => request(dir), theirs)
  })

  it('is not trusted for having become root by sudo', async () => {
    mkdirSync(dir)
    chownSync(dir, otherAccount.uid, otherAccount.gid)
    process.env['SUDO_UID'] = `${otherAccount.uid}`
    await expectRefused(() => request(dir), dir).finally(() => delete process.env['SUDO_UID'])
    expect(readdirSync(dir)).toEqual([])
  })

  it("cannot exchange the keys of root's sandbox, nor have doctor look at one of its own", async () => {
    mkdirSync(dir)
    chownSync(dir, otherAccount.uid, otherAccount.gid)
    await expectRefused(() => prepareDirectory(join(dir, 'sandbox')), dir)
    asOtherAccount('mkdir sandbox; echo "{}" > sandbox/sandbox.json', dir)
    const { code, message } = await refusalOf(() => {
      const said = streams()
      return runDoctor({ sandbox: join(dir, 'sandbox') }, said, systemInspection(warnOn(said)))
    })
    expect([code, message]).toEqual(['refused', expect.stringContaining(`${dir} belongs to account`)])
  })

  it("cannot have root's request start a program by a configuration of ssh that it can change", async () => {
    const sshConfig = join(host, 'ssh_config')
    writeFileSync(sshConfig, `Host *\n  ProxyCommand touch ${host}/came-here\n`, { mode: 0o644 })
    chownSync(sshConfig, otherAccount.uid, otherAccount.gid)
    const options = { signerIp: '127.0.0.1', port: `${signer.port}`, name: 'kubemaster-1', dir, sshConfig }
    await expectRefused(() => runRequest(options, streams()), sshConfig)
    expect(readdirSync(host)).not.toContain('came-here')
  })

  describe('between the check and the use, where all may make names', () => {
    let shared = ''
    beforeEach(() => {
      shared = join(host, 'tmp')
      mkdirSync(shared)
      chmodSync(shared, 0o1777)
    })

    /** A request whose files are below the shared directory; the attacker acts just before that is made. */
    async function requestBeside(attack: (path: string) => void, stateDir = dir): Promise<SignetError> {
      const makeDirectory: LocalFiles['makeDirectory'] = (path, settings) => {
        if (path === join(shared, 'pki') && !readdirSync(shared).includes('pki')) attack(path)
        return localFiles.makeDirectory(path, settings)
      }
      const files = { ...localFiles, makeDirectory }
      const world: ClientWorld = {
        ...systemClientWorld(warnOn(streams())),
        files,
        ask: createSshAsker({ files, ownUid: 0 }),
      }
      const { knownHostsFile, stateFile } = planLayout(stateDir)
      const asked = { address: '127.0.0.1', port: signer.port, knownHostsFile, hostKeyPolicy: 'remember' } as const
      const { paths } = planLayout(join(shared, 'pki'))
      const wanted: CertificateRequest = { kind: 'client', name: 'kubemaster-1', signer: asked, paths, stateFile }
      return refusalOf(() => requestCertificate(wanted, world))
    }

    // In the same directory: then it is made for the host keys, before the signer is asked at all.
    it.each([['of the key'], ['of the host keys']])(
      'cannot put a directory of its own in the place %s',
      async (which) => {
        const stateDir = which === 'of the key' ? dir : join(shared, 'pki')
        const error = await requestBeside((path) => asOtherAccount(`mkdir '${path}'`, shared), stateDir)
        expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining(join(shared, 'pki')) })
        expect(readdirSync(join(shared, 'pki'))).toEqual([])
      },
    )

    it("cannot put a link to a directory of root's there, whose mode root would change", async () => {
      const theirs = join(host, 'root-home')
      mkdirSync(theirs, { mode: 0o711 })
      const error = await requestBeside((path) => asOtherAccount(`ln -s '${theirs}' '${path}'`, shared))
      expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining(join(shared, 'pki')) })
      expect(readdirSync(theirs)).toEqual([])
      expect(statSync(theirs).mode & 0o777).toBe(0o711)
    })
  })

  it("cannot have root's doctor open what it chooses, and is named by it", async () => {
    installAt(dir)
    share(dir)
    asOtherAccount('mv client.crt old; mkfifo pipe; ln -s pipe client.crt', dir)
    const stop = startAsOtherAccount('echo > pipe; touch opened', dir)
    const said = streams()
    const status = await runDoctor({ dir }, said, systemInspection(warnOn(said))).finally(stop)
    expect([status, readdirSync(dir).includes('opened')]).toEqual([2, false])
    expect(String(said.stdout.read())).toContain(`${dir} can be changed by other accounts (mode 0775)`)
  })

  describe('with what it left in a directory before that was closed to it', () => {
    /** Root's own links, as an exchange that was cut off leaves them, lead through what the other account has left. */
    async function settleAfter(attack: string): Promise<SignetError> {
      installAt(dir)
      share(dir)
      asOtherAccount(attack, dir)
      chmodSync(dir, 0o755)
      rmSync(join(dir, 'client.crt'))
      symlinkSync('.client.key.signet/crt', join(dir, 'client.crt'))
      if (!existsSync(join(dir, '.client.key.signet')))
        symlinkSync('.client.key.signet-new', join(dir, '.client.key.signet'))
      expect(await refusalOf(() => renew(dir))).toMatchObject({ code: 'refused' })
      const { paths } = planLayout(dir)
      const error = await refusalOf(() => settlePair(paths, { files: localFiles, owner: undefined, ownUid: 0 }))
      expect(lstatSync(join(dir, 'client.crt')).isSymbolicLink()).toBe(true)
      return error
    }

    it.each([
      [
        'a directory',
        'mkdir .client.key.signet-new; echo theirs > .client.key.signet-new/crt',
        /signet-new was not made/,
      ],
      [
        'a link in a directory',
        'mkdir .client.key.signet-new; ln -s SECRET .client.key.signet-new/crt',
        /signet-new was/,
      ],
      ['a link', 'mkdir stage; ln -s SECRET stage/crt; ln -s stage .client.key.signet-new', /signet-new was not made/],
      [
        'a link of the stage',
        'mkdir stage; ln -s SECRET stage/crt; ln -s stage .client.key.signet',
        /signet was not made/,
      ],
    ])('cannot have it installed by root: %s', async (_, attack, message) => {
      const error = await settleAfter(attack.replace('SECRET', secret))
      expect(error).toMatchObject({ code: 'refused', message: expect.stringMatching(message) })
    })

    it("cannot have root remove what a link of its own leads to, nor what it put into a stage's directory", async () => {
      installAt(dir)
      share(dir)
      mkdirSync(join(host, 'root'), { mode: 0o755 })
      writeFileSync(join(host, 'root', 'key'), 'kept')
      asOtherAccount(`ln -s '${join(host, 'root')}' .client.key.signet-old; mkdir -p .client.key.signet-new/more`, dir)
      chmodSync(dir, 0o755)
      const error = await refusalOf(() => renew(dir))
      expect(error).toMatchObject({ code: 'refused', message: expect.stringContaining('signet-new was not made') })
      expect(readFileSync(join(host, 'root', 'key'), 'utf8')).toBe('kept')
      expect(readdirSync(dir)).toContain('.client.key.signet-new')
    })
  })
})
