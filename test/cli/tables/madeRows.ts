/** A text with its class. */
export type MadeRow = readonly [text: string, label: string];

const PLACES = ['north', 'south', 'east', 'west', 'coast', 'valley', 'island', 'harbour', 'river', 'plain'];
const TEXTS: readonly MadeRow[] = [
  ['late goal wins the cup', 'Sports'],
  ['talks resume at the border', 'World'],
  ['shares fall after a loss', 'Business'],
];

/** Rows of three classes in turn; all texts differ. */
export const madeRows = (count: number): readonly MadeRow[] =>
  Array.from({ length: count }, (_, i) => {
    const [text, label] = TEXTS[i % TEXTS.length]!;
    const place = PLACES[Math.floor(i / 3) % PLACES.length]!;
    return [`${text} in the ${place} ${Math.floor(i / 30)}`, label];
  });

/** Lines joined, with a line end at the end. */
export const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

/** A table with commas between its two columns. */
export const commaTable = (header: string, rows: readonly MadeRow[]): string =>
  lines(header, ...rows.map(([text, label]) => `${text},${label}`));
