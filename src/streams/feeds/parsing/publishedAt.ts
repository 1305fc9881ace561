// RFC 822 knows these; the rest of the alphabet soup is not unambiguous, and V8 knows none of it.
const OFFSETS: Readonly<Record<string, string>> = {
  CET: '+0100',
  CEST: '+0200',
  BST: '+0100',
  IST: '+0530',
  JST: '+0900',
  AEST: '+1000',
  AEDT: '+1100',
  NZST: '+1200',
  NZDT: '+1300',
  MSK: '+0300',
  EET: '+0200',
  EEST: '+0300',
  WET: '+0000',
  WEST: '+0100',
  HST: '-1000',
  AKST: '-0900',
  AKDT: '-0800',
};

const HAS_ZONE = /(?:Z|UTC?|GMT|[ECMP][SD]T|[+-]\d{2}:?\d{2})$/i;

// Longer than any date: a text of megabytes is not matched against patterns.
const LONGEST = 100;

/**
 * What a feed says of when an item was published, in milliseconds since 1970; undefined where it says nothing that is a
 * date.
 *
 * RFC 822 as RSS has it, and ISO 8601 as Atom has it. A time without a zone is taken for UTC, so that it is the same on
 * every machine.
 */
export const publishedAt = (written: string | undefined): number | undefined => {
  if (written === undefined || written.length > LONGEST) return undefined;
  // The weekday says nothing that the date does not, and is wrong or in another language at times.
  const named = written.trim().replace(/^\p{L}+\.?,\s*/u, '');
  const text = named.replace(/\b([A-Z]{3,4})$/, (zone) => OFFSETS[zone] ?? zone);
  // V8 makes a date of nearly everything that ends in a number.
  if (!/^(?:\d{1,2}[\s-]+\p{L}{3,}\.?[\s-]+\d{2,4}\b|\d{4}-\d{2}(?:-\d{2})?)/u.test(text)) return undefined;
  const dated = /^\d{4}-\d{2}(?:-\d{2})?$/.test(text);
  const iso = /^\d{4}-\d{2}-\d{2}[T\s]/.test(text)
    ? text.replace(/^(\d{4}-\d{2}-\d{2})\s+/, '$1T').replace(/\s+(?=(?:Z|[+-]\d{2}:?\d{2})$)/i, '')
    : text;
  const time = Date.parse(
    dated || HAS_ZONE.test(iso) ? iso : iso.includes('T') && /^\d{4}/.test(iso) ? `${iso}Z` : `${iso} UTC`,
  );
  return Number.isNaN(time) ? undefined : time;
};
