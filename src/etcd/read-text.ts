import { get as getPlain } from 'node:http'
import { get as getOverTls } from 'node:https'

/** How long an answer may take, milliseconds, how long it may be, and the PEM with which a URL of `https:` is asked. */
export interface ReadTextOptions {
  readonly timeoutMs: number
  readonly mostBytes: number
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** What etcd answers at one of its URLs beside gRPC. Rejects where there is no answer, or a longer one. */
export function readText(url: string, { timeoutMs, mostBytes, ...credentials }: ReadTextOptions): Promise<string> {
  const get = url.startsWith('https:') ? getOverTls : getPlain
  return new Promise((resolve, reject) => {
    const request = get(url, { ...credentials, timeout: timeoutMs, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > mostBytes) request.destroy(new Error('too long an answer'))
      })
      response.once('end', () => resolve(text))
      response.once('error', reject)
    })
    request.once('timeout', () => request.destroy(new Error('timeout')))
    request.once('error', reject)
  })
}
