/** The cookies of one chain of redirects: by host, and by name. They end with it. */
export type ChainCookies = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** More than a chain of redirects needs, and fewer than would be a burden. */
const MOST = 50;
const LONGEST = 4096;

/**
 * The cookies after an answer. Only their names and values count: they go back to the host that has set them, for as
 * long as the chain goes on.
 *
 * @param header the answer's `Set-Cookie`; several as a list
 */
export const cookiesAfter = (cookies: ChainCookies, { host }: URL, header: string | undefined): ChainCookies => {
  if (header === undefined) return cookies;
  const own = new Map(cookies.get(host));
  // A comma in a date is followed by no name.
  for (const cookie of header.split(/,\s*(?=[^\s;,=]+=)/)) {
    const [, name = '', value = ''] = /^\s*([^\s;,=]+)=([^;]*)/.exec(cookie) ?? [];
    if (name !== '' && name.length + value.length <= LONGEST && own.size < MOST) own.set(name, value.trim());
  }
  return new Map([...cookies, [host, own]]);
};

/** The header that sends a host what it has set; empty where there is nothing. */
export const cookieHeader = (cookies: ChainCookies, { host }: URL): Readonly<Record<string, string>> => {
  const own = cookies.get(host);
  return own === undefined || own.size === 0
    ? {}
    : { cookie: Array.from(own, ([name, value]) => `${name}=${value}`).join('; ') };
};
