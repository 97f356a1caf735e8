import { get } from 'node:http'

const timeoutMs = 1000
// One of a few hundred metrics; all of them take some 100 kB.
const mostBytes = 4 * 1024 ** 2

/** A member's metric of this name that has no labels; undefined where it does not tell. */
export async function readMetric(metricsUrl: string, name: string): Promise<number | undefined> {
  const text = await readText(`${metricsUrl}/metrics`).catch(() => '')
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  const value = Number(line?.slice(name.length + 1) ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
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
