import { parse as parseYaml } from 'yaml'

/** How a kube-apiserver was told to reach etcd. */
export interface ApiserverFlags {
  /** As they stand there, checked by nobody. */
  readonly servers: readonly string[]
  readonly certificateFile: string | undefined
}

/** More than any cluster has; what names more is no list of ours. */
const maxServers = 64

/**
 * The flags in the arguments of a kube-apiserver, its own name first; undefined where they are not one's, or name no
 * server. `--etcd-servers` is a StringSlice of pflag: a list with commas, and another one adds to it (Kubernetes 1.35,
 * staging/src/k8s.io/apiserver/pkg/server/options/etcd.go). `_` in a name is taken for `-` (component-base/cli/flag).
 */
export function parseApiserverArguments(words: readonly string[]): ApiserverFlags | undefined {
  if (!isApiserver(words)) return undefined
  const servers = valuesOf(words, 'etcd-servers').flatMap(splitList)
  if (servers.length === 0 || servers.length > maxServers) return undefined
  return { servers, certificateFile: valuesOf(words, 'etcd-certfile').at(-1) }
}

/** Whether the first word starts a kube-apiserver. */
export function isApiserver([program = '']: readonly string[]): boolean {
  return program === 'kube-apiserver' || program.endsWith('/kube-apiserver')
}

/**
 * The flags in the manifest of a static pod, as kubeadm writes it (Kubernetes 1.35,
 * cmd/kubeadm/app/phases/controlplane/manifests.go): all of them in `command` of the container. Undefined where the text
 * is none: kubelet would not start it either, or a shell in between, or a variable of the container, hides them.
 */
export function parseApiserverManifest(text: string): ApiserverFlags | undefined {
  for (const container of listAt(readYaml(text), 'spec', 'containers')) {
    const words = [...listAt(container, 'command'), ...listAt(container, 'args')]
    const flags = words.every(isText) ? parseApiserverArguments(words) : undefined
    // `$(NAME)` is put in by kubelet (core/v1 Container.command), from where we do not look.
    if (flags !== undefined && !flags.servers.some((server) => server.includes('$('))) return flags
  }
  return undefined
}

function valuesOf(words: readonly string[], flag: string): readonly string[] {
  return words.flatMap((word, index) => {
    const [, name = '', value = words[index + 1] ?? ''] = /^--([A-Za-z0-9_-]+)(?:=(.*))?$/s.exec(word) ?? []
    return name.replaceAll('_', '-') === flag ? [value] : []
  })
}

function splitList(value: string): readonly string[] {
  return value.split(',').filter((server) => server !== '')
}

// Aliases that unfold without end are refused by the library (maxAliasCount).
function readYaml(text: string): unknown {
  try {
    return parseYaml(text, { logLevel: 'error' })
  } catch {
    return undefined
  }
}

function listAt(value: unknown, ...names: readonly string[]): readonly unknown[] {
  let found = value
  for (const name of names) {
    if (typeof found !== 'object' || found === null) return []
    found = Object.entries(found).find(([key]) => key === name)?.[1]
  }
  return Array.isArray(found) ? found : []
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
