import type { SeenHeadline } from './HeadlineRing.js';

/** A headline as it is exported. */
export interface ExportedHeadline extends SeenHeadline {
  /** The name of the predicted class. */
  readonly class: string;
  /** The right class that the reader assigned; undefined if there is none. */
  readonly label: string | undefined;
}

/** The columns in their order. */
const columnsOf = (headline: ExportedHeadline) => ({
  seen: new Date(headline.seen).toISOString(),
  title: headline.title,
  class: headline.class,
  probability: Math.round(headline.probability * 1e4) / 1e4,
  read: !headline.unread,
  label: headline.label,
  source: headline.source,
  link: headline.link,
  guid: headline.guid,
});

const COLUMNS = ['seen', 'title', 'class', 'probability', 'read', 'label', 'source', 'link', 'guid'] as const;

/**
 * A field in the format of RFC 4180. A field that a spreadsheet would execute as a formula gets an apostrophe as a
 * prefix.
 */
const field = (value: string): string => {
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The byte order mark. Without it, Excel reads a table in the encoding of its system. */
const BOM = '\ufeff';

/** Headlines as a table. @see RFC 4180 */
export const csvOf = (headlines: readonly ExportedHeadline[]): string => {
  const lines = headlines.map((headline) => {
    const values = columnsOf(headline);
    return COLUMNS.map((column) => field(String(values[column] ?? ''))).join(',');
  });
  return `${BOM}${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
};

/** Headlines as JSON lines. */
export const jsonLinesOf = (headlines: readonly ExportedHeadline[]): string =>
  headlines.map((headline) => `${JSON.stringify(columnsOf(headline))}\n`).join('');

/** Offers a file as a download. */
export const download = (name: string, type: string, text: string): void => {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // By then, the browser has started to read the file.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
};
