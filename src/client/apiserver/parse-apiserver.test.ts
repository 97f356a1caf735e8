import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseApiserverArguments, parseApiserverManifest } from './parse-apiserver.ts'

const certificateFile = '/etc/kubernetes/pki/apiserver-etcd-client.crt'
const urls = ['https://192.0.2.11:2379', 'https://[2001:db8::12]:2379']

/** As kubeadm 1.35 writes it, cut to what matters. */
const manifest = `apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: 192.0.2.21:6443
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
  - command:
    - kube-apiserver
    - --advertise-address=192.0.2.21
    - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
    - --etcd-certfile=${certificateFile}
    - --etcd-servers=${urls.join(',')}
    image: registry.example/kube-apiserver:v1.35.0
    name: kube-apiserver
  hostNetwork: true
`

describe('parseApiserverManifest', () => {
  it('reads what kubeadm writes', () => {
    expect(parseApiserverManifest(manifest)).toEqual({ servers: urls, certificateFile })
  })

  it('reads JSON, flags among the args, and the right one of several containers', () => {
    const sidecar = { command: ['/bin/proxy', '--etcd-servers=https://192.0.2.99:2379'] }
    const own = { command: ['/usr/local/bin/kube-apiserver'], args: ['--etcd-servers', 'https://192.0.2.11:2379'] }
    const text = JSON.stringify({ spec: { containers: [sidecar, own] } })
    expect(parseApiserverManifest(text)?.servers).toEqual(['https://192.0.2.11:2379'])
  })

  it.each([
    ['nothing', ''],
    ['no YAML', 'spec: [}'],
    ['a text', 'kube-apiserver --etcd-servers=https://192.0.2.11:2379'],
    ['no containers', 'spec: {containers: 7}'],
    ['a command that is a text', 'spec: {containers: [{command: kube-apiserver}]}'],
    ['a number among the words', 'spec: {containers: [{command: [kube-apiserver, 7, --etcd-servers=https://a:1]}]}'],
    ['a shell around it', 'spec: {containers: [{command: [sh, -c, "kube-apiserver --etcd-servers=https://a:1"]}]}'],
    ['no --etcd-servers', 'spec: {containers: [{command: [kube-apiserver, --etcd-servers-overrides=a#https://a:1]}]}'],
    ['an empty list', 'spec: {containers: [{command: [kube-apiserver, "--etcd-servers=,"]}]}'],
    [
      'more than a cluster has',
      `spec: {containers: [{command: [kube-apiserver, "--etcd-servers=${'a,'.repeat(65)}"]}]}`,
    ],
    ['a variable, whose value kubelet puts in', manifest.replace(urls.join(','), '$(ETCD_SERVERS)')],
    ['two documents', `${manifest}---\n${manifest}`],
  ])('finds none in %s', (_title, text) => {
    expect(parseApiserverManifest(text)).toBeUndefined()
  })

  it('does not unfold aliases without end', () => {
    const levels = Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(10)}]`)
    expect(parseApiserverManifest(`a0: &a0 [x]\n${levels.join('\n')}\nspec: {containers: *a30}\n`)).toBeUndefined()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseApiserverManifest(text)))
    fc.assert(
      fc.property(fc.nat(manifest.length), fc.string(), (at, text) => {
        parseApiserverManifest(`${manifest.slice(0, at)}${text}${manifest.slice(at)}`)
      }),
    )
  })
})

describe('parseApiserverArguments', () => {
  it('reads the flag as pflag does: several add up, and a name may have _', () => {
    const words = ['/opt/kube-apiserver', '--etcd_servers=https://a:1,https://b:1', '--etcd-servers', 'https://c:1']
    expect(parseApiserverArguments(words)?.servers).toEqual(['https://a:1', 'https://b:1', 'https://c:1'])
  })

  it('does not take another program for one', () => {
    expect(parseApiserverArguments(['vi', 'kube-apiserver', '--etcd-servers=https://a:1'])).toBeUndefined()
    expect(parseApiserverArguments(['not-kube-apiserver', '--etcd-servers=https://a:1'])).toBeUndefined()
    expect(parseApiserverArguments([])).toBeUndefined()
  })
})
