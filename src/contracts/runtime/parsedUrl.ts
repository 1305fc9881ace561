/**
 * A text as a URL; undefined where it is none.
 *
 * `URL.canParse` is not asked: in Node 20, once it is compiled, it calls some texts URLs that `new URL` then refuses,
 * such as `http:Í\u0085`.
 *
 * @param text what was written
 * @param base what it is relative to
 */
export const parsedUrl = (text: string, base?: string | URL): URL | undefined => {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
};
