import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'

/** How a page is looked at. */
export interface Look {
  readonly width: number
  readonly scheme: 'light' | 'dark'
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

// Without its sandbox, which neither root nor an account in a container may make: it loads files of ours, and nothing of the network.
const settings = [
  ...['--headless', '--remote-debugging-pipe', '--no-first-run', '--disable-gpu', '--hide-scrollbars'],
  ...[
    '--disable-background-networking',
    '--host-resolver-rules=MAP * ~NOTFOUND',
    '--disable-dev-shm-usage',
    '--no-sandbox',
  ],
]

/** A Chromium without window, spoken to in the DevTools protocol over a pipe: no port, no library. */
export class Browser {
  readonly #child: ChildProcess
  readonly #profile: string
  readonly #input: Writable
  readonly #waiting = new Map<number, (message: Message) => void>()
  readonly #listeners: ((message: Message) => void)[] = []
  #lastId = 0
  #rest = ''

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child
    this.#profile = profile
    const [, , , input, output] = child.stdio
    this.#input = input as Writable
    ;(output as Readable).setEncoding('utf8').on('data', (text: string) => this.#take(text))
  }

  static async start(): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'signet-page-'))
    const child = spawn('chromium-headless-shell', [...settings, `--user-data-dir=${profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    const browser = new Browser(child, profile)
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`chromium ended with ${code}`)))
      browser.send('Browser.getVersion').then(() => resolve(), reject)
    })
    return browser
  }

  /** One command of the protocol, and its result. */
  send(method: string, params: object = {}, sessionId?: string): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#lastId
    this.#input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {})
        else reject(new Error(`${method}: ${error.message}`))
      })
    })
  }

  /** Calls back for each event of that name. */
  on(method: string, hear: (params: Readonly<Record<string, unknown>>) => void): void {
    this.#listeners.push((message) => {
      if (message.method === method) hear(message.params ?? {})
    })
  }

  /** Loads a file, and waits until it is there. */
  async open(file: string, look: Look): Promise<Page> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    const page = new Page(this, String(sessionId), String(targetId))
    await page.load(pathToFileURL(file).href, look)
    return page
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    await this.send('Browser.close').catch(() => {})
    await ended
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  #take(text: string): void {
    const messages = `${this.#rest}${text}`.split('\0')
    this.#rest = messages.pop() ?? ''
    for (const json of messages) {
      const message: Message = JSON.parse(json)
      if (message.id === undefined) for (const hear of this.#listeners) hear(message)
      else this.#waiting.get(message.id)?.(message)
    }
  }
}

/** A page that was loaded. */
export class Page {
  /** What it has asked for, itself included. */
  readonly requests: string[] = []
  readonly #browser: Browser
  readonly #session: string
  readonly #target: string

  constructor(browser: Browser, session: string, target: string) {
    this.#browser = browser
    this.#session = session
    this.#target = target
  }

  async load(url: string, { width, scheme }: Look): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: scheme }]
    this.#browser.on('Network.requestWillBeSent', ({ request }) => {
      this.requests.push((request as { url: string }).url)
    })
    const isLoaded = new Promise<void>((resolve) => this.#browser.on('Page.loadEventFired', () => resolve()))
    for (const domain of ['Page', 'Network', 'Runtime']) await this.#send(`${domain}.enable`)
    await this.#send('Emulation.setDeviceMetricsOverride', {
      width,
      height: 900,
      deviceScaleFactor: 1,
      mobile: width < 600,
    })
    await this.#send('Emulation.setEmulatedMedia', { features })
    await this.#send('Page.navigate', { url })
    await isLoaded
  }

  /** What an expression comes to; a promise is waited for. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const options = { expression, awaitPromise: true, returnByValue: true }
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', options)
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { value: Value }).value
  }

  /** The whole page as PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.#send('Page.captureScreenshot', { captureBeyondViewport: true, format: 'png' })
    return Buffer.from(String(data), 'base64')
  }

  /** As who listens to it has it: role and name of everything that is told. */
  async accessibilityTree(): Promise<readonly { role: string; name: string }[]> {
    const { nodes } = await this.#send('Accessibility.getFullAXTree')
    const told = nodes as readonly { ignored: boolean; role?: { value: string }; name?: { value: string } }[]
    return told
      .filter(({ ignored }) => !ignored)
      .map(({ role, name }) => ({ role: role?.value ?? '', name: name?.value ?? '' }))
  }

  close(): Promise<unknown> {
    return this.#browser.send('Target.closeTarget', { targetId: this.#target })
  }

  #send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.#browser.send(method, params, this.#session)
  }
}
