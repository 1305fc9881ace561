/** Block elements: they separate words, so a space is put in their place. */
export const BREAKS: ReadonlySet<string> = new Set(
  (
    'address article aside blockquote br center dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 ' +
    'head header hr li main nav ol option p pre section table tbody td th thead tr ul'
  ).split(' '),
);

/** Elements whose text is not displayed. */
export const HIDDEN: ReadonlySet<string> = new Set(['script', 'style', 'template']);
