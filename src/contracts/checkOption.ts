import { HeadwaterError } from './HeadwaterError.js';

/** The largest number of characters that a message quotes from a text. */
const LONGEST_QUOTE = 60;

/**
 * Describes the value of an option for a message. A text is in quotes, so that `"5"` is seen not to be a number. A
 * value that is not plain is described by its kind.
 */
export const optionText = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE - 1)}…` : value);
    case 'function':
      return 'a function';
    case 'symbol':
      return 'a symbol';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
    default:
      return String(value);
  }
};

/**
 * The error for a value that a function cannot use.
 *
 * @param call the function, as its user writes it
 * @param name the name of the argument or option
 * @param value the value that was given
 * @param wanted a description of the allowed values
 */
export const wrongValue = (call: string, name: string, value: unknown, wanted: string): HeadwaterError =>
  new HeadwaterError('HW_USAGE', `${call}: ${name} is ${optionText(value)}, but must be ${wanted}.`);

/**
 * Rejects missing options. The message shows an example.
 *
 * @param operator the function that was called, as its user writes it
 * @param options the value that was given
 * @param example valid options, as the user writes them
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkOptions = (operator: string, options: unknown, example: string): void => {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  const given = options === undefined ? 'was called without options' : `was given ${optionText(options)} for options`;
  throw new HeadwaterError('HW_USAGE', `${operator} ${given}. Give an object, such as ${operator}(${example}).`);
};

/** The types of options: a plain type, or the allowed words. */
type OptionTypes<O> = { readonly [Name in keyof O]?: 'number' | 'boolean' | 'string' | readonly string[] };

const TYPE_NAMES = { number: 'a number', boolean: 'true or false', string: 'a text' } as const;

/**
 * Rejects options of a wrong type, and options that are no object. Options that are undefined pass.
 *
 * @param call the function that was called, as its user writes it
 * @param options the options that were given
 * @param types the types of some of them
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkTypes = <O extends object>(call: string, options: O, types: OptionTypes<O>): void => {
  checkOptions(call, options, `{ ${Object.keys(types)[0] ?? ''}: … }`);
  const values = new Map<string, unknown>(Object.entries(options));
  for (const [name, type] of Object.entries<'number' | 'boolean' | 'string' | readonly string[] | undefined>(types)) {
    const value = values.get(name);
    if (value === undefined || type === undefined) continue;
    if (typeof type !== 'string') checkChoice(call, name, value, type);
    else if (typeof value !== type) throw wrongValue(call, name, value, TYPE_NAMES[type]);
  }
};

/** Whether an option is a number. The type is checked because JavaScript compares the text "5" with numbers, too. */
export const isNumber = (value: unknown): value is number => typeof value === 'number';

/** The allowed numbers of an option. */
export interface NumberRange {
  /** The smallest allowed number. Default: none. */
  readonly from?: number | undefined;
  /** A number that it must exceed. Default: none. */
  readonly above?: number | undefined;
  /** The largest allowed number. Default: any finite number. */
  readonly to?: number | undefined;
  /** A number that it must stay below. Default: none. */
  readonly below?: number | undefined;
}

const wantedOf = ({ from, above, to, below }: NumberRange): string => {
  const least = from !== undefined ? `at least ${from}` : above !== undefined ? `above ${above}` : undefined;
  const most = to !== undefined ? `at most ${to}` : below !== undefined ? `below ${below}` : undefined;
  const bounds = [least, most].filter((bound) => bound !== undefined).join(' and ');
  return most === undefined ? `a finite number ${bounds}` : `a number ${bounds}`;
};

/**
 * Rejects an option that is not a number, or is out of range.
 *
 * @param operator the operator that was given the option, as its user writes it
 * @param name the option's name
 * @param value the value that was given
 * @param range the allowed numbers
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkNumber = (operator: string, name: string, value: unknown, range: NumberRange): void => {
  const { from = -Infinity, above = -Infinity, to = Infinity, below = Infinity } = range;
  if (typeof value === 'number' && Number.isFinite(value) && value >= from && value <= to)
    if ((range.above === undefined || value > above) && (range.below === undefined || value < below)) return;
  throw wrongValue(operator, name, value, wantedOf(range));
};

/**
 * Rejects an option that is not a whole number, or is out of range.
 *
 * @param operator the operator that was given the option, as its user writes it
 * @param name the option's name
 * @param value the value that was given
 * @param least the smallest allowed value; left out for a seed, which may be any whole number
 * @param most the largest allowed value. Default: none
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkWhole = (
  operator: string,
  name: string,
  value: unknown,
  least = Number.MIN_SAFE_INTEGER,
  most?: number,
): void => {
  if (!(typeof value === 'number' && Number.isSafeInteger(value) && value >= least)) {
    const wanted = least === Number.MIN_SAFE_INTEGER ? 'a whole number' : `a whole number of at least ${least}`;
    throw wrongValue(operator, name, value, wanted);
  }
  if (most !== undefined) checkNumber(operator, name, value, { from: least, to: most });
};

/**
 * Rejects a negative time, and zero where it is not allowed. Infinity is allowed and means never.
 *
 * @param operator the operator that was given the option, as its user writes it
 * @param name the option's name
 * @param value the value that was given, in milliseconds
 * @param zero whether zero is allowed; default false
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkTime = (operator: string, name: string, value: unknown, zero = false): void => {
  if (typeof value === 'number' && (value > 0 || (zero && value === 0))) return;
  const given = typeof value === 'number' ? `${value} ms` : optionText(value);
  throw new HeadwaterError(
    'HW_USAGE',
    `${operator}: ${name} is ${given}, but must be ${zero ? 'at least' : 'more than'} ` +
      '0 milliseconds; Infinity means never.',
  );
};

/**
 * Rejects an option that is not one of the allowed words.
 *
 * @param operator the operator that was given the option, as its user writes it
 * @param name the option's name
 * @param value the value that was given
 * @param choices the allowed words
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkChoice = (operator: string, name: string, value: unknown, choices: readonly string[]): void => {
  if (choices.some((choice) => choice === value)) return;
  throw wrongValue(operator, name, value, `one of ${choices.join(', ')}`);
};
