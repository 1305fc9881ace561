/**
 * The words of a text for the search. A word with hyphens is also found without them: `back-pressure` as
 * `backpressure`, `UTF-8` as `utf8`.
 *
 * VitePress sends the source of these functions to the page. So they use nothing from outside.
 */
export const wordsOf = (text: string): string[] => [
  ...text.split(/[\n\r\p{Z}\p{P}]+/u),
  ...(text.match(/[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)+/gu) ?? []).map((word) => word.replaceAll('-', '')),
];

/**
 * A word as the index has it. Words that stand in every question, such as `how to`, say nothing about its subject, nor
 * do single signs.
 */
export const termOf = (word: string): string | false => {
  const term = word.toLowerCase();
  return (
    !/^(?:.|an|the|and|or|is|are|do|does|i|my|me|we|it|its|this|that|to|of|in|on|at|for|by|with|as|be|can|how|what|why|when)$/.test(
      term,
    ) && term
  );
};

/**
 * How many letters of a word may differ: two in a longer word, because two letters in the wrong order are two. A short
 * word with another letter is another word: `oom` is not `room`.
 */
export const typosOf = (term: string): number | false => term.length >= 5 && (term.length >= 6 ? 2 : 1);

/**
 * Guides explain more to a newcomer than lists of errors, pages of single exports and definitions. A user who types the
 * name of an error or an export finds it by its title.
 */
export const weightOf = (page: string): number => {
  if (page.includes('/reference/')) return page.includes('/types/') ? 0.5 : 0.9;
  if (/\/(?:licence|changelog)/.test(page)) return 0.3;
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

/** Headings that every page of the reference has. A hit in such a section is a hit in the export above it. */
const PARTS =
  /^#{2,6} (?:Type )?(?:Parameters?|Returns|Throws|See|Examples?|Properties|Methods|Constructors?|Accessors|Extends|Extended by|Implements|Inherited from|Overrides|Call Signature|[GS]et Signature|Literal|Declaration|Union Members)$/gm;

/**
 * A page as the search reads it: without the colours of its code. These take more time than all the rest of a page, and
 * their escapes would be words: `x3c`, `uint8array>`. The pages have the same renderer, so it gets its colours back.
 */
export const renderForSearch = (
  markdown: string,
  env: { readonly relativePath?: string },
  renderer: Renderer,
): string => {
  const { highlight } = renderer.options;
  const page = env.relativePath?.startsWith('reference/') === true ? markdown.replaceAll(PARTS, '') : markdown;
  renderer.set({ highlight: null });
  try {
    return renderer.render(page, env);
  } finally {
    renderer.set({ highlight });
  }
};
