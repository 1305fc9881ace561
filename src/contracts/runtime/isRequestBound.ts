/**
 * Whether this runtime ties timers and promises to the request that made them, as workerd (Cloudflare Workers) and the
 * Edge Runtime of Vercel do. Each of the two has one of these globals, and no other runtime has.
 *
 * There a promise of one request that work of another request resolves is dropped: the first request fails as one that
 * never answers. So no request may wait for a timer or a batch of another.
 */
export const isRequestBound = (): boolean => 'WebSocketPair' in globalThis || 'EdgeRuntime' in globalThis;
