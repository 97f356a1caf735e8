import type { PamAction, PamKind, PamStep } from './parse-pam-stack.ts'

/** Who asks PAM: always the account `signer`, through a service. */
export interface PamCaller {
  readonly service: string
  readonly kind: PamKind
}

/** What PAM thinks so far: nothing yet, well, or failed for good. */
type Verdict = 'open' | 'good' | 'failed'

interface State {
  readonly verdict: Verdict
  readonly isEnded: boolean
}

/** What a module may return: whether it succeeds, and under which names a control finds that. */
type Return = 'success' | 'auth_err' | 'any'

/**
 * Whether a stack may end in success for the account `signer`. Of a module that is not known every return is thought
 * possible: what cannot be shown to keep the account out does not keep it out. Follows libpam's _pam_dispatch_aux. Pure.
 */
export function mayAdmit(stack: readonly PamStep[], caller: PamCaller): boolean {
  return walk(stack, 'open', caller).some(({ verdict }) => verdict === 'good')
}

function walk(stack: readonly PamStep[], start: Verdict, caller: PamCaller): readonly State[] {
  // By position, which verdicts reach it: at most three each, so that the walk ends whatever the jumps.
  const reached: Set<Verdict>[] = Array.from({ length: stack.length + 1 }, () => new Set())
  reached[0]?.add(start)
  const ends: State[] = []
  for (const [index, step] of stack.entries()) {
    for (const verdict of reached[index] ?? []) {
      for (const { skip, ...state } of takeStep(step, verdict, caller)) {
        // libpam ends in failure where a jump leads beyond the stack.
        if (state.isEnded) ends.push(state)
        else reached[index + 1 + skip]?.add(state.verdict)
      }
    }
  }
  return [...ends, ...[...(reached.at(-1) ?? [])].map((verdict) => ({ verdict, isEnded: false }))]
}

type Next = State & { readonly skip: number }

function takeStep(step: PamStep, verdict: Verdict, caller: PamCaller): readonly Next[] {
  if ('substack' in step) {
    return walk(step.substack, verdict, caller).map((state) => ({ ...state, isEnded: false, skip: 0 }))
  }
  const returned = returnOf(step.module, step.arguments, caller)
  const other = step.actions.get('default') ?? 'bad'
  const onSuccess = applyAction(step.actions.get('success') ?? other, verdict, true)
  if (returned === 'success') return [onSuccess]
  const failures = [...step.actions].filter(([value]) => value !== 'success').map(([, action]) => action)
  const actions = returned === 'auth_err' ? [step.actions.get('auth_err') ?? other] : [...failures, other]
  const onFailure = actions.map((action) => applyAction(action, verdict, false))
  return returned === 'auth_err' ? onFailure : [onSuccess, ...onFailure]
}

function applyAction(action: PamAction, verdict: Verdict, isSuccess: boolean): Next {
  if (typeof action === 'number') return { verdict, isEnded: false, skip: action }
  if (action === 'ignore') return { verdict, isEnded: false, skip: 0 }
  if (action === 'reset') return { verdict: 'open', isEnded: false, skip: 0 }
  if (action === 'bad') return { verdict: 'failed', isEnded: false, skip: 0 }
  if (action === 'die') return { verdict: 'failed', isEnded: true, skip: 0 }
  // What failed once stays failed, and `done` then does not end it. A failure that counts as `ok` is the whole's status.
  const next = verdict === 'failed' || !isSuccess ? 'failed' : 'good'
  return { verdict: next, isEnded: action === 'done' && verdict !== 'failed', skip: 0 }
}

function returnOf(module: string, args: readonly string[], { service, kind }: PamCaller): Return {
  if (module === 'pam_deny.so') return 'auth_err'
  if (module === 'pam_permit.so') return 'success'
  // An account without a password gets in by `nullok` alone (pam_unix(8)).
  if (module === 'pam_unix.so' && kind === 'auth') return args.includes('nullok') ? 'any' : 'auth_err'
  if (module !== 'pam_succeed_if.so' || args.includes('use_uid')) return 'any'
  const condition = args.filter((word) => !/^(quiet(_fail|_success)?|debug|audit)$/.test(word)).join(' ')
  const holds: Readonly<Record<string, boolean>> = {
    'user != signer': false,
    'user = signer': true,
    'service = sshd': service === 'sshd',
    'service != sshd': service !== 'sshd',
  }
  const isTrue = holds[condition]
  if (isTrue === undefined) return 'any'
  return isTrue ? 'success' : 'auth_err'
}
