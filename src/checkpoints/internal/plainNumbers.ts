/** Numbers that JSON cannot express. */
const WORDLESS: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };

const wordFor = (value: number): string | undefined =>
  Object.is(value, -0) ? '-0' : Number.isFinite(value) ? undefined : String(value);

/** Encodes a value as JSON such that every number is restored exactly, including numbers that JSON cannot express. */
export const stringifyExactly = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    const word = typeof part === 'number' ? wordFor(part) : undefined;
    return word === undefined ? part : { $number: word };
  });

/**
 * Parses the output of `stringifyExactly`.
 *
 * @throws SyntaxError if the text is not JSON
 */
export const parseExactly = (text: string): unknown =>
  JSON.parse(text, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || !('$number' in part)) return part;
    const { $number: word } = part;
    return typeof word === 'string' && Object.hasOwn(WORDLESS, word) ? WORDLESS[word] : part;
  });
