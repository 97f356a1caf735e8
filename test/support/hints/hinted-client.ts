import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { runRenew } from '../../../src/cli/master/renew.ts'
import { reportFailure } from '../../../src/cli/report-failure.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { certificatePin } from '../../../src/x509/certificate-pin.ts'
import { parsePem } from '../../../src/x509/pem.ts'
import { ownMain } from '../shell/own-program.ts'
import { type ShellResult, shell } from '../shell/shell.ts'
import { TestAuthority } from '../signer/test-authority.ts'
import { TestSigner } from '../signer/test-signer.ts'

/**
 * A master, or a member, with a certificate of a real signer, in directories of which each test gets one of its own. What is
 * typed runs in a shell that finds `signet`, and the signer at an address and port of this test's own.
 */
export class HintedClient {
  readonly base = mkdtempSync(join(tmpdir(), 'signet-hints-'))
  readonly signer = new TestSigner(new TestAuthority({ clock: systemClock }))
  #count = 0

  /** Starts the signer and requests the certificates that tests take copies of. */
  async start(): Promise<void> {
    await this.signer.start()
    mkdirSync(join(this.base, 'bin'))
    const script = `#!/bin/sh\nexec '${process.execPath}' '${ownMain}' "$@"\n`
    writeFileSync(join(this.base, 'bin/signet'), script)
    chmodSync(join(this.base, 'bin/signet'), 0o755)
    const { status, stderr } = await this.type(`signet request --signer-ip=${this.place} --dir=template`)
    if (status !== 0) throw new Error(stderr)
  }

  async stop(): Promise<void> {
    await this.signer.remove()
    rmSync(this.base, { recursive: true })
  }

  /** What stands for IP in a hint: a real host has port 22 and a master's name. */
  get place(): string {
    return `127.0.0.1 --port=${this.signer.port} --name=kubemaster-1`
  }

  get pin(): string {
    return certificatePin(parsePem(this.signer.caPem, 'CERTIFICATE'))
  }

  /** A directory with a certificate; its path is hard on shells that are not told where it ends. */
  newDirectory(): string {
    this.#count += 1
    const directory = join(this.base, `it's ${this.#count}`)
    cpSync(join(this.base, 'template'), directory, { recursive: true })
    const state = join(directory, 'signet.json')
    writeFileSync(state, readFileSync(state, 'utf8').replaceAll(join(this.base, 'template'), directory))
    return directory
  }

  /** Makes a directory a member's, without a certificate yet: what renewing it says is for a host that requests nothing. */
  makeMember(directory: string): void {
    const state = join(directory, 'signet.json')
    const saved = JSON.parse(readFileSync(state, 'utf8'))
    rmSync(join(directory, 'client.crt'))
    const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
    writeFileSync(state, JSON.stringify({ ...saved, kind: 'member', name: 'etcd-1', address: '127.0.0.1', owner }))
  }

  /** `signet renew --force`, in this process: its own would cost each test two starts more. */
  async renew(dir: string): Promise<ShellResult> {
    const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
    const status = await runRenew({ dir, force: true }, streams).then(
      () => 0,
      (error: unknown) => reportFailure(error, streams.stderr),
    )
    return { status, stdout: String(streams.stdout.read() ?? ''), stderr: String(streams.stderr.read() ?? '') }
  }

  type(line: string, directory = this.base): Promise<ShellResult> {
    return shell(line, { directory, environment: { PATH: `${join(this.base, 'bin')}:${process.env['PATH']}` } })
  }
}
