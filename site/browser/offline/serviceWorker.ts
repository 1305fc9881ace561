/**
 * Lets a reader who has opened the site read and search all of it without a network. The server is always asked first
 * for what may change; a file with a hash in its name never does.
 *
 * It also isolates the pages, so that the kernels of the playground have threads where the server sends no headers for
 * that.
 */

/** The parts of a service worker that TypeScript's types of a page lack. */
interface Lasting extends Event {
  readonly waitUntil: (work: Promise<unknown>) => void;
}
interface Fetching extends Lasting {
  readonly request: Request;
  readonly respondWith: (response: Promise<Response>) => void;
}
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { readonly claim: () => Promise<void> };
  readonly skipWaiting: () => Promise<void>;
  addEventListener(type: 'install' | 'activate' | 'message', listener: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void;
}

const scope = self as unknown as Scope;
const CACHE = 'headwater-documentation';
const at = (path: string): string => new URL(path, scope.registration.scope).href;

const isHashed = (url: string): boolean => url.startsWith(at('assets/')) && !url.endsWith('.lean.js');

/** Keeps all files of the list that `main.ts` writes, and removes those of an earlier build. */
const keepAll = async (): Promise<void> => {
  const cache = await caches.open(CACHE);
  const listed = await fetch(at('kept.json'), { cache: 'no-cache' });
  if (!listed.ok) return;
  const wanted = new Set(((await listed.json()) as readonly string[]).map(at));
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url);
  // One after another, so that the page's own requests come first.
  for (const url of wanted) {
    if (isHashed(url) && (await cache.match(url)) !== undefined) continue;
    const response = await fetch(url, { cache: 'no-cache' });
    if (response.ok) await cache.put(url, response);
  }
};

const fromCache = async (url: string): Promise<Response> =>
  (await (await caches.open(CACHE)).match(url, { ignoreSearch: true })) ?? Response.error();

/** Without a network, a page is made from its script: VitePress's page for a wrong address has nothing else in it. */
const withoutNetwork = ({ mode, url }: Request): Promise<Response> => {
  if (mode === 'navigate') return fromCache(at('404.html'));
  // The short script of a page is for one whose HTML is there.
  return fromCache(url.replace(/\.lean\.js$/, '.js'));
};

const answer = async (request: Request): Promise<Response> => {
  if (isHashed(request.url)) {
    const kept = await fromCache(request.url);
    if (kept.ok) return kept;
  }
  try {
    return await fetch(request);
  } catch {
    return withoutNetwork(request);
  }
};

const isolated = (response: Response): Response => {
  if (response.type !== 'basic' && response.type !== 'default') return response;
  const headers = new Headers(response.headers);
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('cross-origin-embedder-policy', 'require-corp');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
};

scope.addEventListener('install', (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener('activate', (event) => event.waitUntil(scope.clients.claim()));
// The page asks for it when it has nothing else to do. A connection that breaks meanwhile is for the next visit.
scope.addEventListener('message', (event) => event.waitUntil(keepAll().catch(() => undefined)));
scope.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && url.startsWith(scope.registration.scope))
    event.respondWith(answer(event.request).then(isolated));
});
