import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'
import { describe, expect, it } from 'vitest'

type Statement = ReturnType<typeof parseAst>['body'][number]

/** What running a file loads at once: its imports, their imports, and so on; never what is imported when it is needed. */
function loadedBy(entries: readonly string[]): readonly string[] {
  const found = new Set<string>()
  const visit = (target: string): void => {
    if (found.has(target)) return
    found.add(target)
    if (target.startsWith('src/')) for (const next of staticImports(target)) visit(next)
  }
  for (const entry of entries) visit(entry)
  return [...found]
}

function staticImports(file: string): readonly string[] {
  const { body } = parseAst(readFileSync(file, 'utf8'), { lang: 'ts' })
  return body.flatMap((statement) => {
    const source = loadedSource(statement)
    if (source === undefined) return []
    return source.startsWith('.') ? join(dirname(file), source) : source
  })
}

// As Node.js takes the types away: an import in which every name is a type is left, and loads the file, unless it says so itself.
function loadedSource(statement: Statement): string | undefined {
  if (statement.type === 'ImportDeclaration')
    return statement.importKind === 'type' ? undefined : statement.source.value
  if (statement.type !== 'ExportNamedDeclaration' && statement.type !== 'ExportAllDeclaration') return undefined
  return statement.exportKind === 'type' ? undefined : statement.source?.value
}

/** The files that `import('…')` of a file loads when they are needed. */
function lazyImports(file: string): readonly string[] {
  const lazy = readFileSync(file, 'utf8').matchAll(/\bimport\('(\.[^']+)'\)/g)
  return [...lazy].map(([, source = '']) => join(dirname(file), source))
}

const roomOf = (file: string): string => (file.startsWith('src/') ? file.split('/').slice(0, 2).join('/') : file)
const roomsOf = (files: readonly string[]): readonly string[] =>
  [...new Set(files.map(roomOf))].filter((room) => !room.startsWith('node:')).sort()

const main = 'src/cli/main.ts'
const beforeDaemons = [main, 'src/cli/forget-etcd-settings.ts', 'src/cli/daemon/run-daemon.ts']
const endpoint = [...beforeDaemons, 'src/endpoint/run-endpoint.ts']
const notForDaemons =
  /^(commander|ssh2|@connectrpc\/|@bufbuild\/|src\/(etcd\/rpc|client|cluster|setup|diagnosis|sandbox)\/)/

describe('what a process of Signet loads before it has anything to do', () => {
  it('the relay: what carries a call, and no configuration', () => {
    const loaded = loadedBy([main])
    expect(roomsOf(loaded)).toEqual(['src/cli', 'src/core', 'src/endpoint', 'src/host', 'src/protocol'])
    expect(loaded.filter((file) => /^src\/(host|endpoint)\//.test(file)).sort()).toEqual([
      'src/endpoint/relay-front/ask-endpoint.ts',
      'src/host/programs/service-start.ts',
    ])
  })

  it.each([
    ['the authority', [...beforeDaemons, 'src/authority/run-authority.ts']],
    ['the endpoint behind OpenSSH', [...endpoint, 'src/endpoint/relay-front/relay-server.ts']],
  ])('%s: neither the command line, nor gRPC, nor ssh2, nor what sets up hosts', (_who, entries) => {
    expect(loadedBy(entries).filter((file) => notForDaemons.test(file))).toEqual([])
  })

  it('the embedded front: ssh2, and nothing else of those', () => {
    const loaded = loadedBy([...endpoint, 'src/endpoint/ssh-front/embedded-front.ts'])
    expect(loaded.filter((file) => notForDaemons.test(file))).toEqual(['ssh2'])
  })

  it('the ways to them are those that main takes', () => {
    expect(lazyImports(main)).toEqual(expect.arrayContaining(beforeDaemons.slice(1)))
    expect(lazyImports('src/cli/daemon/run-daemon.ts')).toEqual([
      'src/authority/run-authority.ts',
      'src/endpoint/run-endpoint.ts',
    ])
    expect(lazyImports('src/endpoint/start-front.ts')).toEqual(
      expect.arrayContaining(['src/endpoint/ssh-front/embedded-front.ts', 'src/endpoint/relay-front/relay-server.ts']),
    )
    expect(lazyImports('src/endpoint/upstream/connect-to-etcd.ts')).toContain('src/etcd/etcd-client.ts')
  })

  it('the walk sees the command line, gRPC and ssh2 where they are', () => {
    const all = loadedBy([
      'src/cli/program.ts',
      'src/etcd/etcd-client.ts',
      'src/etcd/list-members.ts',
      'src/endpoint/ssh-front/embedded-front.ts',
    ])
    expect(roomsOf(all)).toEqual(
      expect.arrayContaining(['commander', '@connectrpc/connect', '@bufbuild/protobuf/codegenv2', 'ssh2']),
    )
  })
})
