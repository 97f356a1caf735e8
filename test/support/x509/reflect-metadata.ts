// What @peculiar/x509 wants from the package `reflect-metadata`: metadata kept by object and key.
const store = new WeakMap<object, Map<unknown, unknown>>()

function getMetadata(key: unknown, target: object): unknown {
  return store.get(target)?.get(key)
}

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const metadata = store.get(target) ?? new Map<unknown, unknown>()
  store.set(target, metadata.set(key, value))
}

Object.assign(Reflect, {
  getMetadata,
  getOwnMetadata: getMetadata,
  hasOwnMetadata: (key: unknown, target: object): boolean => store.get(target)?.has(key) === true,
  defineMetadata,
  metadata: (key: unknown, value: unknown) => (target: object) => defineMetadata(key, value, target),
})
