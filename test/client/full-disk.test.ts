import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { ownMain } from '../support/shell/own-program.ts'
import type { ShellResult } from '../support/shell/shell.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-full-disk-'))
const signer = new TestSigner(new TestAuthority({ clock: systemClock }))

describe.skipIf(!canMount('a disk that is full'))('on a disk that takes nothing more', () => {
  beforeAll(() => signer.start())
  afterAll(async () => {
    await signer.remove()
    rmSync(base, { recursive: true, force: true })
  })

  /** Runs lines of `sh` with a small file system at $DISK, on which a certificate was installed. */
  function onSmallDisk(lines: string): Promise<ShellResult> {
    const script = `
      DISK='${base}'
      signet() { '${process.execPath}' '${ownMain}' "$@"; echo "status $?" >&2; }
      request() { signet request --signer-ip 127.0.0.1 --port ${signer.port} --name kubemaster-1 --dir "$DISK/pki" "$@"; }
      files() { cat "$DISK/pki/client.key" "$DISK/pki/client.crt" | sha256sum; }
      pair() {
        openssl pkey -in "$DISK/pki/client.key" -pubout | sha256sum
        openssl x509 -in "$DISK/pki/client.crt" -noout -pubkey | sha256sum
      }
      mount -t tmpfs -o size=256k none "$DISK"
      request >/dev/null
      ${lines}
    `
    return inMountNamespace(script)
  }

  const signed = (): number => signer.calls.filter(({ command }) => command === 'kubemaster-1').length
  const fill = 'head -c 1000000 /dev/zero > "$DISK/fill" 2>/dev/null'

  it.each([
    ['a renewal', 'signet renew --dir "$DISK/pki" --force'],
    ['a request with a new key', 'request --new-key'],
  ])('%s keeps the old pair, says why, and succeeds once there is room', async (_what, command) => {
    const { stdout, stderr } = await onSmallDisk(`
      files; ${fill}; ${command}; files; pair
      rm "$DISK/fill"; ${command} >/dev/null; pair; ls -A "$DISK/pki"
    `)
    const [before, after, key, certificate, newKey, newCertificate, ...names] = stdout.trim().split('\n')
    expect(after, stderr).toBe(before)
    expect(certificate).toBe(key)
    expect(newCertificate).toBe(newKey)
    expect(names).toEqual(['ca.crt', 'client.crt', 'client.key', 'known_hosts', 'signet.json'])
    expect(stderr).toMatch(
      /^signet: error: .*no space is left on its file system \[configuration, status 78\]\nsignet: hint: make room there: df /m,
    )
    expect([...stderr.matchAll(/^status (\d+)/gm)].map(([, status]) => status)).toEqual(['0', '78', '0'])
  })

  it.each([
    ['a renewal', 'signet renew --dir "$DISK/pki" --force'],
    ['a request with a new key', 'request --new-key'],
  ])(
    '%s on a read-only file system keeps the old pair, says why, and has nothing signed in vain',
    async (_what, command) => {
      const signedBefore = signed()
      const { stdout, stderr } = await onSmallDisk(`
      files; mount -o remount,bind,ro "$DISK"; ${command}; files; pair
    `)
      // That of the first request.
      expect(signed() - signedBefore).toBe(1)
      const [before, after, key, certificate] = stdout.trim().split('\n')
      expect(after, stderr).toBe(before)
      expect(certificate).toBe(key)
      expect(stderr).toMatch(
        /^signet: error: .*its file system is read-only \[configuration, status 78\]\nsignet: hint: see: df /m,
      )
      expect([...stderr.matchAll(/^status (\d+)/gm)].map(([, status]) => status)).toEqual(['0', '78'])
    },
  )
})
