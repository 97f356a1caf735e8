import type { Host } from '../lab/host.ts'

/** Where a host's certificate is. */
export function certificateOf({ name }: Host): string {
  return name.startsWith('etcd-') ? '/etc/etcd/pki/server.crt' : '/etc/kubernetes/pki/apiserver-etcd-client.crt'
}

/** When a host's certificate expires, in milliseconds since the epoch. */
export async function readExpiry(host: Host): Promise<number> {
  const said = await host.run(`openssl x509 -noout -enddate -in ${certificateOf(host)}`)
  return Date.parse(said.trim().replace('notAfter=', ''))
}

export async function readSerial(host: Host): Promise<string> {
  return (await host.run(`openssl x509 -noout -serial -in ${certificateOf(host)}`)).trim()
}
