import { connect } from 'node:net'
import ssh2 from 'ssh2'
import { gatherWrites } from '../../src/host/net/gather-writes.ts'
import { callerAddress, callTimeoutMs } from './caller-address.ts'
import type { LoadPlan } from './load-plan.ts'

/** One call on a connection of its own; what went wrong, if anything. */
export function callSsh(plan: LoadPlan, index: number): Promise<string | undefined> {
  const { name, pem } = plan.csrs[index % plan.csrs.length] ?? { name: '', pem: '' }
  const client = new ssh2.Client()
  return new Promise((resolve) => {
    let [output, status] = ['', -1]
    let failure: string | undefined
    const timer = setTimeout(() => client.destroy(), callTimeoutMs)
    client.on('error', ({ message }) => {
      failure = message
    })
    client.once('close', () => {
      clearTimeout(timer)
      resolve(status === 0 && output.includes(plan.expected) ? undefined : (failure ?? `status ${status}`))
    })
    client.once('ready', () =>
      client.exec(name, (error, channel) => {
        if (error !== undefined) {
          client.destroy()
          return
        }
        channel.on('data', (chunk: Buffer) => {
          output += chunk.toString('latin1')
        })
        channel.stderr.resume()
        channel.on('exit', (code: number) => {
          status = code
        })
        channel.on('close', () => client.end())
        channel.end(Buffer.from(pem).toString('base64'))
      }),
    )
    const sock = connect({ host: '127.0.0.1', port: plan.port, localAddress: callerAddress(index), noDelay: true })
    // As OpenSSH does; ssh2 writes each part of a packet by itself, and would wait 40 ms for many an acknowledgement.
    sock.on('data', () => gatherWrites(sock))
    client.connect({
      sock,
      username: plan.reach.kind === 'ssh' ? plan.reach.user : '',
      authHandler: ['none'],
      readyTimeout: callTimeoutMs,
      // What OpenSSH would take.
      algorithms: { kex: ['curve25519-sha256'], cipher: ['aes128-gcm@openssh.com'], serverHostKey: ['ssh-ed25519'] },
    })
  })
}
