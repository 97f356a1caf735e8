/** Where what the load writes, lists and watches is: ten ConfigMaps a load, whose content is the number of the write. */
export const configMapsPath = '/api/v1/namespaces/default/configmaps'

const names = 10

export interface ConfigMap {
  readonly metadata: { readonly name: string; readonly labels: { readonly load: string } }
  readonly data: { readonly write: string }
}

/** The object of one write. Two loads have no object in common: what is as it was already makes no event. */
export function configMapOf(load: string, write: number): ConfigMap {
  return { metadata: { name: `${load}-${write % names}`, labels: { load } }, data: { write: `${write}` } }
}

/** All that is written, before the load begins. */
export function firstConfigMaps(load: string): readonly ConfigMap[] {
  return Array.from({ length: names }, (_, index) => ({ ...configMapOf(load, index), data: { write: 'first' } }))
}
