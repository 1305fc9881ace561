import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { builtFile } from '../contracts/runtime/builtFile.js';
import { acceptedEncoding, compressed, type Encoding } from './http/encodings.js';
import { Refusal } from './http/Refusal.js';
import type { Handler, Route } from './http/Route.js';

/**
 * The content security policy of the page. It may only run its own script, use its own style sheet and send requests to
 * its own server. It cannot be framed, cannot turn text into markup (`require-trusted-types-for`), and cannot submit
 * forms.
 *
 * @see Content Security Policy Level 3; Trusted Types
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The page's files by path: the name in the build, and the media type. */
const FILES = {
  '/': { name: 'index.html', type: 'text/html; charset=utf-8' },
  '/page.js': { name: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/page.css': { name: 'page.css', type: 'text/css; charset=utf-8' },
  '/LICENSES.txt': { name: 'LICENSES.txt', type: 'text/plain; charset=utf-8' },
} as const;

/** The paths of the page. */
export const PAGE_PATHS: readonly string[] = Object.keys(FILES);

const fileHandler = (body: Buffer, type: string): Handler => {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  // Each encoding has its own entity tag (RFC 9110, section 8.8.3.3).
  const tagOf = (encoding: Encoding | undefined): string => `"${hash}${encoding === undefined ? '' : `-${encoding}`}"`;
  const tags = [undefined, 'br', 'gzip'] as const;
  const headers = {
    // Browsers cache the file and revalidate it each time, because another version of the server has another page.
    'cache-control': 'no-cache',
    'content-security-policy': PAGE_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
  };
  /** The compressed versions that were requested so far. */
  const made = new Map<Encoding, Promise<Buffer>>();
  const small = (encoding: Encoding): Promise<Buffer> => {
    const known = made.get(encoding) ?? compressed(body, encoding);
    made.set(encoding, known);
    return known;
  };
  return async (request, response) => {
    const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    response.appendHeader('vary', 'accept-encoding');
    const encoding = acceptedEncoding(request.headers['accept-encoding']);
    const etag = tagOf(encoding);
    if (known?.includes('*') === true || tags.some((form) => known?.includes(tagOf(form)) === true)) {
      response.writeHead(304, { ...headers, etag }).end();
      return;
    }
    const sent = encoding === undefined ? body : await small(encoding);
    if (response.destroyed) return;
    response
      .writeHead(200, {
        ...headers,
        etag,
        'content-type': type,
        'content-length': sent.length,
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      })
      .end(sent);
  };
};

const absent: Handler = () => {
  throw new Refusal('not-found', 'The page was not built. Build it: npm run build.');
};

/** The subject of the page: a model that classifies, a training, finished trainings, or workers. */
export type PageSubject = 'model' | 'training' | 'runs' | 'workers';

/** A file of the page. The HTML document names its subject, so that the script need not probe the server. */
const readFile = (path: string, shows: PageSubject): Buffer => {
  const body = readFileSync(path);
  return path.endsWith('.html')
    ? Buffer.from(body.toString().replace('data-shows="model"', `data-shows="${shows}"`))
    : body;
};

/**
 * The routes of the page's files, with a strict policy. The files are read once. They contain no secrets, so they need
 * no token; the requests of the page need one.
 *
 * If the page is not built, the routes answer `not-found` with an explanation.
 */
export const pageRoutes = (shows: PageSubject): readonly (readonly [path: string, route: Route])[] => {
  const script = builtFile('page/page.js');
  return Object.entries(FILES).map(([path, { name, type }]) => [
    path,
    {
      handlers: {
        GET: script === undefined ? absent : fileHandler(readFile(join(dirname(script), name), shows), type),
      },
      probe: true,
    },
  ]);
};
