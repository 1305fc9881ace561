/** The cookies of one chain of redirects, by host and name. They are dropped at the end of the chain. */
export type ChainCookies = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Limits per host: more cookies and characters than a chain of redirects needs, but few enough to keep in memory. */
const MOST = 50;
const LONGEST = 4096;

/**
 * Adds the cookies of a response. Attributes are ignored: a cookie is sent only to the host that set it, until the
 * chain ends.
 *
 * @param header the `Set-Cookie` header; several cookies are separated by commas
 */
export const cookiesAfter = (cookies: ChainCookies, { host }: URL, header: string | undefined): ChainCookies => {
  if (header === undefined) return cookies;
  const own = new Map(cookies.get(host));
  // Do not split at the comma inside a date: no `name=` follows it.
  for (const cookie of header.split(/,\s*(?=[^\s;,=]+=)/)) {
    const [, name = '', value = ''] = /^\s*([^\s;,=]+)=([^;]*)/.exec(cookie) ?? [];
    if (name !== '' && name.length + value.length <= LONGEST && own.size < MOST) own.set(name, value.trim());
  }
  return new Map([...cookies, [host, own]]);
};

/** The `Cookie` header for a host; empty if the host has set no cookies. */
export const cookieHeader = (cookies: ChainCookies, { host }: URL): Readonly<Record<string, string>> => {
  const own = cookies.get(host);
  return own === undefined || own.size === 0
    ? {}
    : { cookie: Array.from(own, ([name, value]) => `${name}=${value}`).join('; ') };
};
