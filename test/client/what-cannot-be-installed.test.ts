import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runRequest } from '../../src/cli/master/request.ts'
import { systemClock } from '../../src/core/clock.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { ownMain } from '../support/shell/own-program.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'

const base = mkdtempSync(join(tmpdir(), 'signet-uninstallable-'))
const signer = new TestSigner(new TestAuthority({ clock: systemClock }))

const renew = 'signet renew --force'
const request = 'request'
const newKey = 'request --new-key'

interface Outcome {
  readonly statuses: readonly string[]
  readonly stderr: string
  /** How many certificates were signed. */
  readonly signed: number
  /** Whether key, certificate and CA are byte for byte what they were, and nothing else has come. */
  readonly isUnchanged: boolean
  readonly said: string
}

/** With a pair at $PKI, on a file system of its own: runs lines of `sh`, and then what is asked. */
async function after(lines: string, command: string): Promise<Outcome> {
  const signedBefore = countSigned()
  const { stdout, stderr } = await inMountNamespace(`
    PKI='${base}/pki'
    signet() { '${process.execPath}' '${ownMain}' "$@" --dir "$PKI"; echo "status $?" >&2; }
    request() { signet request --signer-ip 127.0.0.1 --port ${signer.port} --name kubemaster-1 "$@"; }
    files() { cat "$PKI"/client.key "$PKI"/client.crt "$PKI"/ca.crt | sha256sum; ls -A "$PKI" | tr '\\n' ' '; echo; }
    mkdir -p "$PKI" && mount -t tmpfs -o mode=755,size=256k none "$PKI" && chmod 755 "$PKI"
    cp -a '${base}'/installed/. "$PKI" && sed -i 's|/installed/|/pki/|' "$PKI/signet.json" && cd "$PKI"
    ${lines}
    files > /dev/shm/before.$$
    ${command} > /dev/shm/said.$$
    files > /dev/shm/after.$$
    cmp -s /dev/shm/before.$$ /dev/shm/after.$$ && echo unchanged || echo changed
    cat /dev/shm/said.$$; rm -f /dev/shm/*.$$
  `)
  const statuses = [...stderr.matchAll(/^status (\d+)/gm)].map(([, status]) => status ?? '')
  const isUnchanged = stdout.startsWith('unchanged')
  return { statuses, stderr, signed: countSigned() - signedBefore, isUnchanged, said: stdout }
}

const countSigned = (): number => signer.calls.filter(({ command }) => command === 'kubemaster-1').length

describe.skipIf(!canMount('what cannot be installed'))(
  'what cannot be installed is found before the signer signs:',
  () => {
    beforeAll(async () => {
      await signer.start()
      const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
      const options = { signerIp: '127.0.0.1', port: `${signer.port}`, name: 'kubemaster-1' }
      await runRequest({ ...options, dir: join(base, 'installed') }, streams)
    })
    afterAll(async () => {
      await signer.remove()
      rmSync(base, { recursive: true, force: true })
    })

    it.each([
      [
        'a certificate that is a mount point',
        'mount --bind client.crt client.crt',
        renew,
        /client\.crt is a mount point/,
      ],
      ['the same, to a request', 'mount --bind client.crt client.crt', request, /client\.crt is a mount point/],
      ['a key that is one, to a new key', 'mount --bind client.key client.key', newKey, /client\.key is a mount point/],
      ['a saved state that is one', 'mount --bind signet.json signet.json', request, /signet\.json is a mount point/],
      [
        'a certificate that is mounted from elsewhere',
        'echo x > /dev/shm/x.$$; mount --bind /dev/shm/x.$$ client.crt; rm /dev/shm/x.$$',
        renew,
        /is a mount point/,
      ],
      ['a directory in its place', 'mv client.crt old; mkdir client.crt', request, /client\.crt is not a file/],
      [
        'a file system that is read-only',
        'mount -o remount,bind,ro "$PKI"',
        renew,
        /client\.crt cannot be written: its file/,
      ],
      ['a full one', 'head -c 999999 /dev/zero > fill 2>/dev/null', newKey, /no space is left/],
      [
        'half a CA certificate',
        'head -n 4 ca.crt > x; cat x > ca.crt; rm x',
        renew,
        /CA (certificate|file) .*(not one readable|cannot be used)/,
      ],
      [
        'half a CA certificate, to a request',
        'head -n 4 ca.crt > x; cat x > ca.crt; rm x',
        request,
        /CA (certificate|file) .*(not one readable|cannot be used)/,
      ],
    ])('%s', async (_, lines, command, message) => {
      const { statuses, stderr, signed, isUnchanged } = await after(lines, command)
      expect(stderr).toMatch(message)
      expect(stderr).toMatch(/^signet: hint: \w/m)
      expect({ statuses, signed, isUnchanged }).toEqual({ statuses: ['78'], signed: 0, isUnchanged: true })
    })

    it('not: a CA certificate that is a mount point, for it is never replaced', async () => {
      const { statuses, stderr, signed } = await after('mount --bind ca.crt ca.crt', newKey)
      expect({ statuses, signed }, stderr).toEqual({ statuses: ['0'], signed: 1 })
    })
  },
)
