import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { systemClock } from '../../../src/core/clock.ts'
import {
  type EmbeddedLimits,
  planRequestLimits,
  type RequestLimits,
} from '../../../src/endpoint/admission/front-limits.ts'
import { RequestLimiter } from '../../../src/endpoint/admission/request-limiter.ts'
import { answerCall } from '../../../src/endpoint/answer-call.ts'
import type { Call } from '../../../src/endpoint/call.ts'
import { type EmbeddedFront, startEmbeddedFront } from '../../../src/endpoint/ssh-front/embedded-front.ts'
import { ensureHostKey } from '../../../src/endpoint/ssh-front/host-key.ts'
import { AuthorityClient } from '../../../src/endpoint/upstream/authority-client.ts'
import { createNetworkPolicy } from '../../../src/host/net/network-policy.ts'
import { type ClientInput, type ClientResult, runClient } from '../shell/run-client.ts'
import { defaultEmbeddedLimits, defaultSettings } from './default-limits.ts'
import { createFakePorts, type LoggedLine } from './endpoint-ports.ts'
import { FakeAuthority } from './scripted-authority.ts'

export interface TestFront {
  readonly front: EmbeddedFront
  readonly authority: FakeAuthority
  /** Of the host key, as OpenSSH and PuTTY write it. */
  readonly fingerprint: string
  /** What was logged. */
  readonly lines: readonly LoggedLine[]
  /** The commands that reached the endpoint. */
  readonly calls: Call[]
  /** Runs the stock `ssh` with these arguments behind the host's name. */
  ssh(args: readonly string[], options?: ClientInput & { readonly flags?: readonly string[] }): Promise<ClientResult>
  stop(): Promise<void>
}

export interface TestFrontOptions {
  /** Only 127.0.0.1 where they are not given. */
  readonly networks?: readonly string[]
  readonly requests?: Partial<RequestLimits>
}

/** The embedded front in this process, before a fake authority. */
export async function startTestFront(
  limits: Partial<EmbeddedLimits> = {},
  { networks = ['127.0.0.1/32'], requests = {} }: TestFrontOptions = {},
): Promise<TestFront> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-front-'))
  const authority = new FakeAuthority()
  await authority.start()
  const client = new AuthorityClient({ socketPath: authority.socketPath })
  const isAllowed = createNetworkPolicy(networks)
  const { ports, lines } = createFakePorts({
    isAllowed,
    requests: new RequestLimiter({ ...planRequestLimits(defaultSettings), ...requests }),
    authority: client,
    clock: systemClock,
  })
  const calls: Call[] = []
  const answer = (call: Call) => {
    calls.push(call)
    return answerCall(call, ports)
  }
  const hostKey = await ensureHostKey(join(directory, 'key'))
  const { refusals } = ports
  const front = await startEmbeddedFront({
    address: '127.0.0.1',
    port: 0,
    hostKey,
    answer,
    isAllowed,
    refusals,
    limits: { ...defaultEmbeddedLimits, ...limits },
  })
  return {
    front,
    authority,
    lines,
    fingerprint: fingerprintOf(hostKey),
    calls,
    ssh: (args, { flags = [], ...input } = {}) =>
      runClient('ssh', [...sshFlags(front.port), ...flags, 'signer@127.0.0.1', ...args], input),
    stop: async () => {
      await front.close()
      client.close()
      await authority.remove()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function fingerprintOf(hostKey: string): string {
  const key = ssh2.utils.parseKey(hostKey)
  if (key instanceof Error) throw key
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`
}

/** The stock `ssh`, without anybody's settings and known hosts. */
export function sshFlags(port: number): string[] {
  const settings = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'GlobalKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'ConnectTimeout=10',
    'IgnoreUnknown=WarnWeakCrypto',
    'WarnWeakCrypto=no',
  ]
  return ['-F', 'none', '-p', `${port}`, ...settings.flatMap((setting) => ['-o', setting])]
}
