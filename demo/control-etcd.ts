import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePorts } from '../src/host/net/free-port.ts'

const startTimeoutMs = 20_000

/** An etcd with a member's certificate and client authentication, but without the peer marker: the demo's control. */
export class ControlEtcd {
  readonly peerHostPort: string
  readonly #child: ChildProcess

  private constructor(peerHostPort: string, child: ChildProcess) {
    this.peerHostPort = peerHostPort
    this.#child = child
  }

  static async start(directory: string): Promise<ControlEtcd> {
    const [client = 0, peer = 0] = await findFreePorts('127.0.0.1', 2)
    const log = openSync(join(directory, 'control.log'), 'a')
    const args = ['--pdeathsig', 'KILL', '--', 'etcd', ...controlFlags(directory, client, peer)]
    const child = spawn('setpriv', args, { stdio: ['ignore', log, log] })
    closeSync(log)
    await waitForPort(peer, child)
    return new ControlEtcd(`127.0.0.1:${peer}`, child)
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}

function controlFlags(directory: string, client: number, peer: number): string[] {
  const sandbox = join(directory, 'sandbox')
  const clientUrl = `https://127.0.0.1:${client}`
  const peerUrl = `https://127.0.0.1:${peer}`
  const tls = ['', 'peer-'].flatMap((prefix) => [
    `--${prefix}cert-file=${join(sandbox, 'members', 'etcd-1', 'server.crt')}`,
    `--${prefix}key-file=${join(sandbox, 'members', 'etcd-1', 'server.key')}`,
    `--${prefix}trusted-ca-file=${join(sandbox, 'pki', 'ca.crt')}`,
    `--${prefix}client-cert-auth`,
  ])
  return [
    '--name=control',
    `--data-dir=${join(directory, 'control')}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=control=${peerUrl}`,
    ...tls,
  ]
}

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  const deadlineMs = performance.now() + startTimeoutMs
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() > deadlineMs) throw new Error('the control etcd did not start')
    await delay(50)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
