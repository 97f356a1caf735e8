import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { ownMain } from '../support/shell/own-program.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-ssh-configuration-'))
const signer = new TestSigner(new TestAuthority({ clock: systemClock }))

/** What administrators and attackers put there: another way, another account, a shared connection, a command. */
const interfering = `Host *
  ProxyCommand sh -c 'echo proxy >> ${base}/came-here; exit 1'
  User somebody
  Port 1
  ControlMaster auto
  ControlPath ${base}/control
  PermitLocalCommand yes
  LocalCommand echo local >> ${base}/came-here
  RequestTTY force
  SendEnv *
  StrictHostKeyChecking yes
  UserKnownHostsFile ${base}/none
`

describe.skipIf(!canMount("the host's and the account's configuration of ssh"))('request and renew', () => {
  beforeAll(() => signer.start())
  afterAll(async () => {
    await signer.remove()
    rmSync(base, { recursive: true, force: true })
  })

  it("follow neither the host's nor the account's configuration of ssh, which plain ssh does", async () => {
    writeFileSync(join(base, 'config'), interfering)
    writeFileSync(join(base, 'came-here'), '')
    const { status, stderr } = await inMountNamespace(`
      # ssh finds its account's home there, and not in HOME.
      sed 's|^\\(root:[^:]*:0:0:[^:]*:\\)[^:]*|\\1${base}/home|' /etc/passwd > '${base}/passwd'
      mkdir -p '${base}/home/.ssh' && cp '${base}/config' '${base}/home/.ssh/config'
      mount --bind '${base}/passwd' /etc/passwd
      [ ! -d /etc/ssh ] || { mount -t tmpfs none /etc/ssh && cp '${base}/config' /etc/ssh/ssh_config; }
      signet() { '${process.execPath}' '${ownMain}' "$@" --dir '${base}/pki' >/dev/null; }
      ssh -o BatchMode=yes -p ${signer.port} signer@127.0.0.1 get-status 2>/dev/null && exit 9
      grep -q proxy '${base}/came-here' || exit 8
      : > '${base}/came-here'
      signet request --signer-ip 127.0.0.1 --port ${signer.port} --name kubemaster-1 && signet renew --force
    `)
    expect(status, stderr).toBe(0)
    expect(readFileSync(join(base, 'came-here'), 'utf8')).toBe('')
  })
})
