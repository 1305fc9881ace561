import { Parser } from 'htmlparser2';

/** How a title is written: as HTML (RSS, and Atom's `html`), or as plain text (JSON Feed, and Atom's `text`). */
export type TitleMarkup = 'html' | 'text';

// What a title may be marked up with. Any other name in angle brackets is part of the headline: `List<String>
// explained`.
const ELEMENTS: ReadonlySet<string> = new Set(
  (
    'a abbr acronym address article aside b bdi bdo big blink blockquote body br center cite code data dd del dfn div dl dt em figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins ' +
    'kbd label li link main map mark math meta nav nobr noscript object ol p picture pre q rp rt ruby s samp script section small source span strike strong style sub summary sup svg table tbody td th thead time ' +
    'title tr tt u ul var video wbr'
  ).split(' '),
);

// These do not stand in a line of text; what is before them is a word of its own.
const BREAKS: ReadonlySet<string> = new Set(
  'address article aside blockquote br center dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table td th tr ul'.split(
    ' ',
  ),
);

const HIDDEN: ReadonlySet<string> = new Set(['script', 'style', 'template']);

const withoutMarkup = (html: string): string => {
  let text = '';
  let hidden = 0;
  let read = 0;
  // A tag as it was written, where it is none of HTML's.
  const keep = (name: string): void => {
    if (hidden === 0 && !ELEMENTS.has(name)) text += html.slice(parser.startIndex, parser.endIndex + 1);
    else if (BREAKS.has(name)) text += ' ';
    read = parser.endIndex + 1;
  };
  const parser: Parser = new Parser(
    {
      onopentag: (name, _attributes, implied) => {
        if (!implied) keep(name);
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
  parser.end(html);
  // An angle bracket that nothing closes is no tag: `x<y`.
  return hidden === 0 && read < html.length ? text + html.slice(read) : text;
};

/**
 * A headline as a line of plain text: entities decoded, markup taken out, spaces and line breaks each made one space,
 * control characters left out.
 *
 * @param written the title as the feed has it, its XML undone
 */
export const titleText = (written: string, markup: TitleMarkup): string => {
  // Entities are decoded in plain text as well: more feeds have them there by mistake than mean to show one.
  const html = markup === 'html' ? written : written.replaceAll('<', '&lt;');
  const text = /[<&]/.test(html) ? withoutMarkup(html) : html;
  // Control characters could move the cursor of the terminal that the headline is shown on.
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
};
