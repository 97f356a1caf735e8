import { get } from 'node:http'

const timeoutMs = 1000
// One of a few hundred metrics; all of them take some 100 kB.
const mostBytes = 4 * 1024 ** 2
const pattern = /^etcd_server_proposals_applied_total ([0-9.e+]+)$/m

/**
 * How far a member has applied the log, from its metrics: it tells that before it answers any client. Undefined where it
 * does not tell.
 */
export async function readAppliedIndex(metricsUrl: string): Promise<bigint | undefined> {
  const text = await readText(`${metricsUrl}/metrics`).catch(() => '')
  const value = Number(pattern.exec(text)?.[1])
  return Number.isSafeInteger(value) ? BigInt(value) : undefined
}

function readText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { timeout: timeoutMs, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > mostBytes) request.destroy(new Error('too many metrics'))
      })
      response.once('end', () => resolve(text))
      response.once('error', reject)
    })
    request.once('timeout', () => request.destroy(new Error('timeout')))
    request.once('error', reject)
  })
}
