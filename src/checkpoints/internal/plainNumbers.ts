/** JSON has no word for these numbers. */
const WORDLESS: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

const wordFor = (value: number): string | undefined =>
  Object.is(value, -0) ? '-0' : Number.isFinite(value) ? undefined : String(value);

/** A value as JSON in which every number comes back as it was, those that JSON has no word for too. */
export const stringifyExactly = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    const word = typeof part === 'number' ? wordFor(part) : undefined;
    return word === undefined ? part : { $number: word };
  });

/**
 * What `stringifyExactly` wrote.
 *
 * @throws SyntaxError where it is no JSON
 */
export const parseExactly = (text: string): unknown =>
  JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || !('$number' in part)) return part;
    const { $number: word } = part;
    return typeof word === 'string' && Object.hasOwn(WORDLESS, word) ? WORDLESS[word] : part;
  });
