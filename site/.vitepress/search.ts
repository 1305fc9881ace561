/**
 * The words of a text for the search. A word with hyphens is also found without them: `back-pressure` as
 * `backpressure`.
 *
 * VitePress sends the source of these functions to the page. So they use nothing from outside.
 */
export const wordsOf = (text: string): string[] => [
  ...text.split(/[\n\r\p{Z}\p{P}]+/u),
  ...(text.match(/\p{L}+(?:-\p{L}+)+/gu) ?? []).map((word) => word.replaceAll('-', '')),
];

/**
 * Guides explain more to a newcomer than lists of errors, pages of single exports and definitions. A user who types the
 * name of an error or an export finds it by its title.
 */
export const weightOf = (page: string): number => {
  if (page.includes('/reference/')) return page.includes('/types/') ? 0.5 : 0.9;
  if (/\/(?:errors|learn\/glossary)/.test(page)) return 0.6;
  if (page.includes('/learn/start')) return 1.5;
  return /\/(?:learn|troubleshooting)/.test(page) ? 1.2 : 1;
};

type Highlight = (code: string, language: string, attributes: string) => string;

/** What the search needs of VitePress's renderer of Markdown. */
interface Renderer {
  readonly options: { readonly highlight?: Highlight | null | undefined };
  readonly set: (options: { readonly highlight?: Highlight | null | undefined }) => unknown;
  readonly render: (markdown: string, env: unknown) => string;
}

/**
 * A page as the search reads it: without the colours of its code. These take more time than all the rest of a page, and
 * their escapes would be words: `x3c`, `uint8array>`. The pages have the same renderer, so it gets its colours back.
 */
export const renderForSearch = (markdown: string, env: unknown, renderer: Renderer): string => {
  const { highlight } = renderer.options;
  renderer.set({ highlight: null });
  try {
    return renderer.render(markdown, env);
  } finally {
    renderer.set({ highlight });
  }
};
