import { SignetError } from '../core/signet-error.ts'

/** Standard input, or `bad-data` where it does not end in time. */
export function withinInputTime(input: Promise<Buffer>, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(neverEnding(timeoutMs)), timeoutMs)
    void input.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function neverEnding(timeoutMs: number): SignetError {
  return new SignetError('bad-data', `standard input did not end within ${timeoutMs / 1000} s`, {
    hint: 'send the CSR and then end of file: base64 < client.csr | ssh signer@LEADER NAME',
  })
}
