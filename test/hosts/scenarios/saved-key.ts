import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { keyPassword } from '../cluster/found-cluster.ts'
import type { Scenario } from '../runner/scenario.ts'
import { places } from '../set-up/places.ts'

/** The backup of the CA key, with the commands of OPERATIONS, at the operator's machine. */
export const savedKey: Scenario = {
  name: 'saved-key',
  title: 'the CA key is saved and proved with the commands of OPERATIONS, word for word',
  run: async ({ cluster }) => {
    const { desk, signer } = await cluster()
    const [save = '', prove = ''] = readCommands()
    // openssl asks at the terminal, twice where a password is new.
    const type = async (commands: string, times: number): Promise<string> => {
      await desk.run('cat > /root/commands', {
        input: `set -e -o pipefail\n${commands.replaceAll('LEADER', signer.address)}`,
      })
      const line = `script --quiet --return --command 'bash /root/commands' /dev/null`
      const { status, stdout } = await desk.tryRun(line, { input: `${keyPassword}\n`.repeat(times) })
      assert.equal(status, 0, stdout)
      return stdout
    }
    await desk.run('rm -f signet-ca.key ca.crt')
    await type(save, 2)
    const sums = (await type(prove, 1)).match(/\b[0-9a-f]{64}\b/g) ?? []
    assert.equal(sums.length, 2)
    assert.equal(sums[0], sums[1])
  },
}

function readCommands(): readonly string[] {
  const text = readFileSync(`${places.checkout}/docs/OPERATIONS.md`, 'utf8')
  const [, section = ''] = text.split('\n## Save `ca.key`\n')
  return [...section.matchAll(/```sh\n(.*?)```/gs)].slice(0, 2).map(([, commands = '']) => commands)
}
