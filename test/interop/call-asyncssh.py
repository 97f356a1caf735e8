# call-asyncssh.py PORT WORD: one word over asyncssh, with this program's standard streams and the word's exit status.
import asyncio
import sys
import warnings

warnings.simplefilter("ignore")
import asyncssh


async def call(port: int, word: str) -> int:
    options = dict(username="signer", known_hosts=None, client_keys=None, config=None, agent_path=None)
    async with asyncssh.connect("127.0.0.1", port, **options) as connection:
        result = await connection.run(word, input=sys.stdin.read())
    sys.stdout.write(result.stdout)
    sys.stderr.write(result.stderr)
    return result.exit_status


sys.exit(asyncio.run(call(int(sys.argv[1]), sys.argv[2])))
