import { Parser } from 'htmlparser2';
import { decodedWords } from './encodedWords.js';
import { BREAKS, HIDDEN } from './htmlNames.js';
import { withoutMojibake } from './mojibake.js';
import { withoutC1 } from './windows1252.js';

/** How a title is written: as HTML (RSS, and Atom's `html`), or as plain text (JSON Feed, and Atom's `text`). */
export type TitleMarkup = 'html' | 'text';

// The HTML elements that a title may contain. Any other name in angle brackets is part of the headline:
// `List<String> explained`.
const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'a abbr acronym address applet article aside audio b basefont bdi bdo big blink blockquote body br center ' +
    'cite code data dd del dfn div dl dt em embed figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head ' +
    'header hr html i iframe img input ins kbd label li link main map mark marquee math meta nav nobr noembed ' +
    'noframes noscript object ol p picture pre q rp rt ruby s samp script section small source span strike strong ' +
    'style sub summary sup svg table tbody td th thead time title tr tt u ul var video wbr'
  ).split(' '),
);

// Elements that are markup only with an attribute or a closing tag. A headline that has neither speaks of the element:
// `Use <a> and <area> in image maps`. The others, such as `<b>` and `<p>`, are often left open as markup.
const SPOKEN_OF: ReadonlySet<string> = new Set(
  (
    'a abbr acronym address applet area article aside audio bdi bdo blockquote body cite code data del dfn dl embed ' +
    'figure footer form frame frameset head header html iframe img input ins kbd label link main map mark marquee ' +
    'math meta nav noembed noframes noscript object ol picture pre q rp rt ruby samp script section source style ' +
    'summary svg table tbody thead time title ul var video'
  ).split(' '),
);

// Elements that are markup in front of a word. Where a word would stand, a headline speaks of them: `Use <div> well`.
const WORDS = /(?<=^|\s)<(?=(div|span|h[1-6]|li|tr|td|th|dt|dd)>(?:[\s.,:;!?)]|$))/gi;

/** Escapes what looks like markup but is a part of the headline: declarations, and elements that it speaks of. */
const spokenOf = (html: string): string => {
  const closed = new Set(Array.from(html.matchAll(/<\/\s*([a-z][a-z0-9]*)/gi), ([, name = '']) => name.toLowerCase()));
  const lastComment = html.lastIndexOf('-->');
  return (
    html
      // Word leaves `<?xml:namespace … />` and `<![if … ]>`, of which no headline speaks.
      .replace(/<(?=[!?])(?!\?xml:|!\[(?:if|endif)\b)/gi, (mark, at: number) =>
        html.startsWith('<!--', at) && at < lastComment ? mark : '&lt;',
      )
      .replace(/<(?=([a-z][a-z0-9]*)\s*\/?>)/gi, (mark, name: string) =>
        SPOKEN_OF.has(name.toLowerCase()) && !closed.has(name.toLowerCase()) ? '&lt;' : mark,
      )
      .replace(WORDS, (mark, name: string) => (closed.has(name.toLowerCase()) ? mark : '&lt;'))
  );
};

// The prefixes of elements that Word and old browsers leave in a text: `<o:p></o:p>`.
const LITTER = /^(?:[gmovwx]|fb|st1):[a-z]+$/;

const EMOJI = /^\p{Emoji}[\p{Emoji}\p{Emoji_Component}]{0,20}$/u;

const isMarkup = (name: string): boolean => ELEMENTS.has(name) || LITTER.test(name);

/**
 * Writes closing tags as `</a>`: the parser does not say where `</a >` and `</a x="1">` end. Those of unknown names are
 * escaped, since they are part of the headline, as what has no name: `I </3 mornings`.
 */
const plainClosings = (html: string): string =>
  html
    .replace(/<\/\s*([a-z][^\s<>/]*)(?:[\s/][^<>]*)?>/gi, (tag, name: string) =>
      isMarkup(name.toLowerCase()) ? `</${name}>` : `&lt;${tag.slice(1)}`,
    )
    .replace(/<\/(?!\s*[a-z])/gi, '&lt;/');

const withoutMarkup = (written: string): string => {
  const html = plainClosings(written);
  let text = '';
  let hidden = 0;
  let read = 0;
  // Keeps a tag as text if it is not markup.
  const keep = (name: string): void => {
    if (hidden === 0 && !isMarkup(name)) text += html.slice(parser.startIndex, parser.endIndex + 1);
    else if (BREAKS.has(name)) text += ' ';
    read = parser.endIndex + 1;
  };
  const parser: Parser = new Parser(
    {
      onopentag: (name, { alt = '' }, implied) => {
        if (!implied) keep(name);
        // WordPress shows an emoji as a picture whose text is the emoji.
        if (name === 'img' && hidden === 0 && EMOJI.test(alt)) text += alt;
        if (HIDDEN.has(name)) hidden++;
      },
      onclosetag: (name, implied) => {
        if (HIDDEN.has(name) && hidden > 0) hidden--;
        if (!implied) keep(name);
      },
      ontext: (data) => {
        if (hidden === 0) text += data;
        read = parser.endIndex + 1;
      },
      oncomment: () => (read = parser.endIndex + 1),
      onprocessinginstruction: () => (read = parser.endIndex + 1),
    },
    { decodeEntities: true, lowerCaseTags: true },
  );
  // The parser is silent about a closing tag without an opening one. The space tells that such a tag has ended.
  parser.end(`${html} `);
  // An angle bracket that is never closed is not a tag: `x<y`.
  return hidden === 0 && read < html.length ? text + html.slice(read) : text;
};

// Entities that were escaped twice: `AT&amp;amp;T`. Only these are decoded a second time, so that a headline about
// `&eacute;` keeps it.
const LEFT_OVER: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  rsquo: '’',
  lsquo: '‘',
  rdquo: '”',
  ldquo: '“',
  ndash: '–',
  mdash: '—',
  hellip: '…',
};

/** A whole text that is one CDATA section, which its program has escaped once too often. */
export const ESCAPED_CDATA = /^\s*<!\[CDATA\[([^]*?)\]\]>\s*$/;

const SURROGATES = /&#(x[dD][89abAB][\da-fA-F]{2}|5[56]\d{3});&#(x[dD][c-fC-F][\da-fA-F]{2}|5[67]\d{3});/g;

/** Joins two references to the halves of a surrogate pair: `&#55357;&#56832;` becomes 😀. */
export const joinedSurrogates = (text: string): string =>
  text.replace(SURROGATES, (_all, high: string, low: string) => {
    const [lead, trail] = [high, low].map((digits) => Number(digits.replace('x', '0x'))) as [number, number];
    return String.fromCharCode(lead, trail);
  });

const leftOver = (text: string): string =>
  text.replace(/&(?:#(\d{2,6})|#x([\da-f]{2,5})|([a-z]{2,6}));/gi, (all, decimal, hex, name) => {
    if (typeof name === 'string') return LEFT_OVER[name.toLowerCase()] ?? all;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : all;
  });

// Invisible characters: soft hyphens, zero-width spaces, and marks that change the direction of text. They would split
// words for a program. Also the halves of surrogate pairs, which are left where a program has cut an emoji in two.
const UNSEEN = /[\u00ad\u061c\u200b\u200e\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\p{Cs}]/gu;

// Anything but the characters that join others, or keep them apart: alone, they show nothing.
const SEEN = /[^\s\u200c\u200d]/;

/** Text as one line: white space and line breaks become single spaces; control and invisible characters are removed. */
export const lineOf = (text: string): string => {
  // Control characters could move the cursor of the terminal that shows the headline.
  const line = withoutC1(text)
    .replace(UNSEEN, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return SEEN.test(line) ? line : '';
};

/**
 * A text as one line without markup: entities are decoded, markup and control characters are removed, white space and
 * line breaks become single spaces.
 *
 * @param written the text as it stands in the feed, after XML parsing
 */
export const plainLine = (written: string, markup: TitleMarkup): string => {
  // Entities are decoded in plain text too: feeds have them there by mistake more often than on purpose.
  const html = markup === 'html' ? written : written.replaceAll('<', '&lt;');
  return lineOf(/[<&]/.test(html) ? leftOver(withoutMarkup(html)) : html);
};

/**
 * A headline as one line of plain text, like `plainLine`. A CDATA section that was escaped is opened, and what only
 * looks like markup is kept. UTF-8 that was read as windows-1252 is repaired, and words that are encoded as in mail are
 * decoded.
 *
 * @param written the title as it stands in the feed, after XML parsing
 */
export const titleText = (written: string, markup: TitleMarkup): string => {
  const open = decodedWords(withoutMojibake(written.replace(ESCAPED_CDATA, '$1')));
  const title = plainLine(markup === 'html' ? spokenOf(open) : open, markup);
  // A title that is a picture has the text of the picture.
  return title === '' && markup === 'html' ? lineOf(/<img\s[^<>]*\balt="([^"<>]*)"/i.exec(open)?.[1] ?? '') : title;
};
