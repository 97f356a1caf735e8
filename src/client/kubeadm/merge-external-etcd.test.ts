import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { type ExternalEtcd, formatExternalEtcd } from '../external-etcd.ts'
import { formatClusterConfiguration } from './cluster-configuration.ts'
import { mergeExternalEtcd } from './merge-external-etcd.ts'

const external: ExternalEtcd = {
  endpoints: ['https://192.0.2.11:2379', 'https://[2001:db8::12]:2379'],
  caFile: '/etc/kubernetes/pki/etcd/ca.crt',
  certFile: '/etc/kubernetes/pki/apiserver-etcd-client.crt',
  keyFile: '/etc/kubernetes/pki/apiserver-etcd-client.key',
}
const stanza = formatExternalEtcd(external).join('\n')
const head = 'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n'
const merge = (text: string) => mergeExternalEtcd(text, external, 'kubeadm.yaml')
const refuse = (text: string) => syncRefusalOf(() => merge(text))
const valuesOf = (text: string): readonly unknown[] => parseAllDocuments(text).map((each) => each.toJS())

/** As `kubeadm config print init-defaults` has it, with comments and a third document. */
const defaults = `# our control plane
apiVersion: kubeadm.k8s.io/v1beta4
bootstrapTokens:
- groups:
  - system:bootstrappers:kubeadm:default-node-token
  ttl: 24h0m0s
kind: InitConfiguration
timeouts: # of init
  etcdAPICall: 2m0s
---
apiServer: {}
apiVersion: kubeadm.k8s.io/v1beta4 # since 1.31
certificatesDir:   /etc/kubernetes/pki
etcd: # to be external
  # on fast disks
  local:
    dataDir: /var/lib/etcd # the default
    # imageTag: "#3"
  # end

# what is above is etcd's
imageRepository: registry.example
kind: ClusterConfiguration
kubernetesVersion: 1.37.0
networking: {dnsDomain: cluster.local, serviceSubnet: 10.96.0.0/12}
# the end
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: "systemd"
`

describe('mergeExternalEtcd', () => {
  it("replaces the local etcd of kubeadm's defaults, and leaves every other line as it is", () => {
    const { text, replaced } = merge(defaults)
    const comments = '# to be external\n# on fast disks\n# the default\n'
    const [before = '', after = ''] = defaults.split(/etcd: # to be[\s\S]*# the default\n/)
    expect(text).toBe(`${before}${comments}${stanza}\n${after}`)
    expect(replaced).toEqual(['local'])
  })

  it('changes nothing when it is merged again', () => {
    const { text } = merge(defaults)
    expect(merge(text)).toEqual({ text, replaced: ['external'] })
  })

  it.each([
    ['without etcd', `${head}clusterName: one # ours\n# end\n`, `${head}clusterName: one # ours\n${stanza}\n# end\n`],
    ['without a last line end', `${head}clusterName: one`, `${head}clusterName: one\n${stanza}\n`],
    ['that ends with a text', `${head}note: |\n  a\n`, `${head}note: |\n  a\n${stanza}\n`],
    ['with an empty etcd', `${head}etcd:\nclusterName: one\n`, `${head}${stanza}\nclusterName: one\n`],
    ['with an empty mapping', `${head}etcd: {} # none\n`, `${head}# none\n${stanza}\n`],
    ['with etcd first', `etcd:\n  local:\n    dataDir: /e\n${head}`, `${stanza}\n${head}`],
    ['with etcd quoted', `${head}"etcd": {local: {dataDir: /e}}\n`, `${head}${stanza}\n`],
    [
      'of Windows',
      `${head}etcd:\n  local: {}\n`.replaceAll('\n', '\r\n'),
      `${head}${stanza}\n`.replaceAll('\n', '\r\n'),
    ],
    [
      'of Windows without a last line end',
      `${head}etcd:\n  local: {}`.replaceAll('\n', '\r\n'),
      `${head}${stanza}\n`.replaceAll('\n', '\r\n'),
    ],
    ['that a byte order mark begins', `\uFEFF${head}`, `\uFEFF${head}${stanza}\n`],
    ['that a byte order mark begins, with etcd', `\uFEFFetcd: {}\n${head}`, `\uFEFF${stanza}\n${head}`],
    ['behind a mark', `---\n${head}...\n`, `---\n${head}${stanza}\n...\n`],
    ['of v1', head.replace('v1beta4', 'v1'), `${head.replace('v1beta4', 'v1')}${stanza}\n`],
    ['in which a text holds #', `${head}etcd:\n  local: {imageTag: "a # b"}\n`, `${head}${stanza}\n`],
  ])('takes a file %s', (_, text, expected) => {
    expect(merge(text).text).toBe(expected)
  })

  it('keeps the indentation of the document', () => {
    const indented = `${head}etcd:\n  local: {}\n`.replaceAll(/^(?=.)/gm, '  ')
    expect(merge(indented).text).toBe(`${head}${stanza}\n`.replaceAll(/^(?=.)/gm, '  '))
  })

  it('takes JSON, with or without etcd', () => {
    const json = { apiVersion: 'kubeadm.k8s.io/v1beta4', kind: 'ClusterConfiguration', clusterName: 'one' }
    const expected = { ...json, etcd: { external } }
    expect(JSON.parse(merge(JSON.stringify(json)).text)).toEqual(expected)
    expect(JSON.parse(merge(JSON.stringify({ ...json, etcd: { local: {} } }, undefined, 2)).text)).toEqual(expected)
  })

  it('drops httpEndpoints: our etcd answers HTTP where it answers all else', () => {
    const text = `${head}etcd:\n  external:\n    endpoints: [https://192.0.2.9:2379]\n    httpEndpoints:\n    - https://192.0.2.9:1\n`
    expect(valuesOf(merge(text).text)).toMatchObject([{ etcd: { external } }])
    expect(merge(text).text).not.toContain('192.0.2.9')
  })

  it('takes what a whole document of ours is', () => {
    const text = `${formatClusterConfiguration(external).join('\n')}\n`
    expect(merge(text).text).toBe(text)
  })

  it.each([
    ['nothing', '', /holds no document$/],
    ['comments alone', '# one\n', /holds no document$/],
    [
      'a ConfigMap around it',
      `kind: ConfigMap\ndata:\n  ClusterConfiguration: |\n    kind: x\n`,
      /it holds "ConfigMap"$/,
    ],
    ['no kind', 'apiVersion: kubeadm.k8s.io/v1beta4\n', /it holds a document without kind$/],
    ['a list', '- kind: ClusterConfiguration\n', /a document without kind$/],
    ['a kind of somebody else', head.replace('kubeadm.k8s.io', 'example.org'), /is no ClusterConfiguration of kubeadm/],
    ['a kind that moves the cursor', 'kind: "\\e[2J"\n', /it holds "\\x1b\[2J"$/],
    [
      'an old version',
      head.replace('v1beta4', 'v1beta3'),
      /is of "kubeadm\.k8s\.io\/v1beta3", and not of v1beta4 or v1$/,
    ],
    ['two of them', `${head}---\n${head}`, /more than one ClusterConfiguration$/],
    ['two etcd', `${head}etcd: {local: {}}\netcd: {external: {}}\n`, /has one key twice, again in line 4$/],
    ['no YAML', `${head}etcd: [\n`, /is not YAML, by line \d$/],
    ['a tab', `${head}etcd:\n\tlocal: {}\n`, /is not YAML, by line 4$/],
    // To kubeadm, whose YAML is 1.1, each ends a line: here it would read `etcd`, and we a comment.
    [
      'a line end of Unicode',
      `${head}a: 1\n# b \u0085etcd: {local: {}}\n`,
      /has U\+0085 in line 4, which ends a line for kubeadm$/,
    ],
    ['another one', `${head}# \u2028etcd: {local: {}}\n`, /has U\+2028 in line 3, which ends a line for kubeadm$/],
    ['other bytes', `${head}name: \uFFFD\n`, /is not UTF-8$/],
    ['an anchor that is used elsewhere', `${head}etcd:\n  local: &x {}\ndns: *x\n`, /its etcd cannot be replaced$/],
    ['an explicit key', `${head}? etcd\n: local: {}\n`, /its etcd cannot be replaced$/],
    [
      'more than a reader should expand',
      `a: &a [1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c]\n${head}`,
      /its etcd cannot be replaced$/,
    ],
  ])('refuses %s', (_, text, message) => {
    const refusal = refuse(text)
    expect(refusal.code).toBe('configuration')
    expect(refusal.message).toMatch(message)
    expect(refusal.message).toMatch(/^"kubeadm\.yaml" [\x20-\x7e]+$/)
    expect(refusal.hint).toBeDefined()
  })
})
