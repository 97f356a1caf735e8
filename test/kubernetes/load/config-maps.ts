/** What the load writes, lists and watches: ten ConfigMaps, whose content is the number of the write. */
export const configMapsPath = '/api/v1/namespaces/default/configmaps'

const names = 10

export interface ConfigMap {
  readonly metadata: { readonly name: string; readonly labels: { readonly load: 'signet' } }
  readonly data: { readonly write: string }
}

/** The object of one write. */
export function configMapOf(write: number): ConfigMap {
  const name = `load-${write % names}`
  return { metadata: { name, labels: { load: 'signet' } }, data: { write: `${write}` } }
}

/** All that is written, before the load begins. */
export function firstConfigMaps(): readonly ConfigMap[] {
  return Array.from({ length: names }, (_, index) => ({ ...configMapOf(index), data: { write: 'first' } }))
}
