import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import express, { Router, type Request, type RequestHandler, type Response } from 'express'
import { AppError } from '../lib/errors.ts'
import { pathOf } from './request-context.ts'
import { contentSecurityPolicy } from './security-headers.ts'

/** What the build writes into index.html for the server to fill in. */
const NONCE_MARK = '__CSP_NONCE__'
const BASE_MARK = '__BASE_HREF__'
const SESSION_MARK = '__SESSION__'

/**
 * The single-page app: its files, and its one page for every address that is not a file, since the browser's router knows the
 * addresses. Files under assets/ carry a hash of their content in their name and never change.
 */
export function spa(options: {
  webRoot: string
  basePath: string
  /** Whether a request brings a session cookie of ours; the page need not ask who is signed in when it brings none. */
  carriesSession: (req: Request) => boolean
}): Router {
  const router = Router()
  const index = join(options.webRoot, 'index.html')
  let parts: readonly string[] | undefined
  // Looked for until it is there: a build needs no restart.
  const indexParts = (): readonly string[] | undefined => {
    if (parts === undefined && existsSync(index)) {
      parts = readFileSync(index, 'utf8').replaceAll(BASE_MARK, options.basePath).split(NONCE_MARK)
    }
    return parts
  }
  router.use(compressedAhead(options.webRoot))
  router.use(
    express.static(options.webRoot, {
      index: false,
      redirect: false,
      setHeaders: (res, path) => {
        const hashed = path.startsWith(join(options.webRoot, 'assets/'))
        res.setHeader('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    }),
  )
  router.get('/{*path}', (req, res) => {
    const path = pathOf(req)
    // A proxy may pass on what is below the base path and nothing else; a page on its edge would be gone at the next reload.
    if (`${path}/` === options.basePath)
      return res.redirect(308, options.basePath + req.originalUrl.slice(path.length))
    if (!wantsPage(req)) throw new AppError('not-found', `There is no file ${req.path}.`)
    return sendPage(res, indexParts(), options.carriesSession(req))
  })
  router.use((req) => {
    throw new AppError('not-found', `There is no ${req.method} ${req.path}.`)
  })
  return router
}

const SUFFIXES = { br: '.br', gzip: '.gz' } as const

/** The build has compressed scripts and styles ahead: whoever takes them so gets them so, at no cost for this process. */
function compressedAhead(webRoot: string): RequestHandler {
  const folder = join(webRoot, 'assets')
  const files = new Set(existsSync(folder) ? readdirSync(folder).map((name) => `/assets/${name}`) : [])
  return (req, res, next) => {
    const { path, method } = req
    if (!/^\/assets\/[\w.-]+\.(?:js|css)$/.test(path) || (method !== 'GET' && method !== 'HEAD'))
      return next()
    res.vary('Accept-Encoding')
    const encoding = req.acceptsEncodings('br', 'gzip')
    if (encoding !== 'br' && encoding !== 'gzip') return next()
    const file = path + SUFFIXES[encoding]
    if (!files.has(file)) return next()
    res.type(extname(path))
    res.setHeader('Content-Encoding', encoding)
    req.url = file
    return next()
  }
}

/** Of programs, not of people: what is not there must not look as if it were. */
const NO_PAGES = /^\/(?:assets|metrics|healthz|readyz)(?:\/|$)/

/** A page, unless it looks like a file: a script that is missing must not be answered with HTML. */
function wantsPage(req: Request): boolean {
  if (NO_PAGES.test(req.path) || !req.accepts('html')) return false
  return (req.get('accept') ?? '').includes('text/html') || !/\.[a-z]\w*$/i.test(req.path)
}

function sendPage(res: Response, parts: readonly string[] | undefined, carriesSession: boolean): void {
  res.setHeader('Cache-Control', 'no-cache')
  if (parts === undefined) {
    res.status(503).type('text/plain').send('The pages of BanGUI are not built yet. Run: npm run build\n')
    return
  }
  const nonce = randomBytes(16).toString('base64')
  res.setHeader('Content-Security-Policy', contentSecurityPolicy(nonce))
  res.type('html').send(parts.join(nonce).replaceAll(SESSION_MARK, carriesSession ? 'maybe' : 'none'))
}
