import { connectEtcd, type EtcdClient, type EtcdPlaces } from '../etcd/etcd-client.ts'
import type { PairPaths } from '../host/pair-paths.ts'
import { readRequiredFile } from '../host/read-required-file.ts'

/** A client that shows etcd the pair in these files, as they are now. The caller closes it. Throws `configuration`. */
export function connectWithPair({ ca, certificate, key }: PairPaths, places: EtcdPlaces): EtcdClient {
  return connectEtcd({ ...places, caPem: readText(ca), certPem: readText(certificate), keyPem: readText(key) })
}

function readText(file: string): string {
  return readRequiredFile(file, 'run this as root on a member; for a sandbox give --sandbox DIR')
}
