import { expect, it } from 'vitest'
import { createDaemonLog } from './daemon-log.ts'

it('writes one JSON object a line, with the daemon, the level and the time', () => {
  const lines: string[] = []
  const log = createDaemonLog('endpoint', (line) => void lines.push(line))
  log.info({ port: 22 }, 'ready')
  log.warn({ address: '"\\x1b"' }, 'refused')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'info', daemon: 'endpoint', port: 22, msg: 'ready', time: expect.stringMatching(/^\d{4}-.*Z$/) },
    { level: 'warn', daemon: 'endpoint', address: '"\\x1b"', msg: 'refused' },
  ])
  expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true)
})
