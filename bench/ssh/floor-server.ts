// The least that an ssh2 server can do, to compare with: it reads standard input and says "ok".
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import ssh2 from 'ssh2'
import { sshAlgorithms } from '../../src/endpoint/ssh-front/ssh-algorithms.ts'
import { writeOpensshKey } from '../../src/endpoint/ssh-front/write-openssh-key.ts'

const hostKey = writeOpensshKey(generateKeyPairSync('ed25519').privateKey, randomBytes(4))
const server = new ssh2.Server({ hostKeys: [hostKey], algorithms: sshAlgorithms }, (connection) => {
  connection.on('error', () => {})
  connection.on('authentication', (attempt) => attempt.accept())
  connection.on('session', (accept) => {
    accept().on('exec', (acceptExec) => {
      const channel = acceptExec()
      channel.on('error', () => {})
      channel.resume()
      channel.once('end', () => {
        channel.write('ok\n')
        channel.exit(0)
        channel.end()
      })
    })
  })
})
const net = createServer((socket) => {
  // Without it a call takes 180 ms.
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  server.injectSocket(socket)
})
net.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  const place = net.address()
  process.stderr.write(`ready ${typeof place === 'object' ? place?.port : ''}\n`)
})
