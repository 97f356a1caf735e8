import { version } from '../core/version.ts'
import type { PlainWord } from '../protocol/word.ts'
import type { EndpointWorld } from './endpoint-world.ts'
import { helpText } from './help-text.ts'
import { readTrust } from './upstream/read-trust.ts'

type Answerer = (world: EndpointWorld) => Promise<string>

const answerers: Readonly<Record<PlainWord, Answerer>> = {
  help: async () => helpText,
  // One, whatever else is trusted: callers from before `get-trust` take it for a file of one certificate.
  'get-certificate': async (world) => (await readTrust(world)).issuing.pem,
  'get-trust': async (world) => {
    const { issuing, others } = await readTrust(world)
    return [issuing, ...others].map(({ pem }) => pem).join('')
  },
  'get-peers': ({ etcd }) => etcd.readPeers(),
  'get-topology': ({ etcd }) => etcd.readTopology(),
  'get-status': answerStatus,
}

/** The standard output of a word that reads no standard input. */
export function answerPlainWord(word: PlainWord, world: EndpointWorld): Promise<string> {
  return answerers[word](world)
}

async function answerStatus({ authority, etcd, isClockSynchronised, networks }: EndpointWorld): Promise<string> {
  const [status, clockSynchronised, clusterVersion] = await Promise.all([
    authority.status(),
    isClockSynchronised(),
    etcd.readClusterVersion(),
  ])
  const { time, pin, caNotAfter, clientLifetimeSeconds, memberLifetimeSeconds, joins, members } = status
  const ca = { pin, notAfter: caNotAfter }
  // Members keep a copy of it, with which another one becomes the signer when this one is lost.
  const policy = { networks, clientLifetimeSeconds, memberLifetimeSeconds, members }
  const told = { version, time, ca, clientLifetimeSeconds, clockSynchronised, joins, policy, clusterVersion }
  return `${JSON.stringify(told)}\n`
}
