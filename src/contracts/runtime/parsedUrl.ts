/**
 * Parses a text as a URL. Returns undefined where it is not one.
 *
 * `URL.canParse` is not used: in Node 20, once it is compiled, it accepts some texts that `new URL` then rejects, such
 * as `http:Í\u0085`.
 *
 * @param text the text
 * @param base the URL that the text is relative to
 */
export const parsedUrl = (text: string, base?: string | URL): URL | undefined => {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
};
