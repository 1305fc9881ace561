import { checkOptions, optionText } from '../contracts/checkOption.js';
import { checkArgument, checkText } from '../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { parseArtifact, readArtifact } from './artifacts/readArtifact.js';

/** The version of `text.json`. */
const TEXT_VERSION = 1;

const WHAT = 'description of how texts are read';

/** The largest number of stop words, and the largest length of one, in UTF-16 units. */
const MOST_STOP_WORDS = 100_000;
const LONGEST_STOP_WORD = 200;

const stopWordList = new t.Type<readonly string[]>(
  `"none", "english" or a list of at most ${MOST_STOP_WORDS} words`,
  (value): value is readonly string[] => isStopWordList(value),
  (value, context) => (isStopWordList(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
);
const isStopWordList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) &&
  value.length <= MOST_STOP_WORDS &&
  value.every((word) => typeof word === 'string' && word !== '' && word.length <= LONGEST_STOP_WORD);

const maxLength = new t.Type<number | null>(
  'a whole number of at least 1, or null',
  (value): value is number | null => value === null || isLength(value),
  (value, context) => (value === null || isLength(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
);
const isLength = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 1;

/** The codec of the text steps. */
export const TextSteps = t.readonly(
  t.strict({
    /** `lesson`: the lesson's preprocessor, for English; `unicode`: for any language. */
    preprocessor: t.keyof({ lesson: null, unicode: null }),
    /** The words to remove: none, the English ones of `STOP_WORDS`, or the listed ones. */
    stopWords: t.union([t.literal('none'), t.literal('english'), stopWordList]),
    /** Whether words that differ only in case are different tokens. */
    keepCase: t.boolean,
    /** Whether tokens are characters (code points) instead of words. */
    charLevel: t.boolean,
    /** Whether punctuation marks are tokens. */
    punctuation: t.boolean,
    /** How scripts without spaces between words are split. */
    unspaced: t.keyof({ words: null, characters: null }),
    /** The largest number of tokens of a text; null for no limit. */
    maxLength,
    /** The largest number of these that become a model's tokens; hashed features use all of them. Null for no limit. */
    maxTokens: maxLength,
  }),
);

/**
 * All the steps that prepare a text for a model. They are saved with the model, so that every text gets the same steps.
 */
export type TextSteps = t.TypeOf<typeof TextSteps>;

/** The options that {@link textSteps} completes. */
export interface TextStepsOptions {
  /** Default `unicode`. */
  readonly preprocessor?: TextSteps['preprocessor'] | undefined;
  /** Default `none`; `english` for the lesson. */
  readonly stopWords?: TextSteps['stopWords'] | undefined;
  /** Default false. The lesson ignores case. */
  readonly keepCase?: boolean | undefined;
  /** Default false. */
  readonly charLevel?: boolean | undefined;
  /** Default true; the lesson removes them. */
  readonly punctuation?: boolean | undefined;
  /** Default `characters`. The lesson removes such scripts. */
  readonly unspaced?: TextSteps['unspaced'] | undefined;
  /** Default 2,048 tokens, or 1,024 with characters. No limit for the lesson, and with null. */
  readonly maxLength?: number | null | undefined;
  /**
   * A recurrent model needs time for each token and learns little from the end of a long text, whereas hashed features
   * use all tokens equally. Default 256 where `maxLength` is not given, otherwise `maxLength`; with characters always
   * `maxLength`.
   */
  readonly maxTokens?: number | null | undefined;
}

const LONGEST_WORDS = 2048;
const LONGEST_CHARACTERS = 1024;
const MOST_TOKENS = 256;

/**
 * Completes text steps, and checks them.
 *
 * @throws HeadwaterError `HW_USAGE` when a value is invalid, or the lesson's preprocessor does not support it
 *
 * @example
 * ```ts
 * import { textPath, textSteps } from 'headwater';
 * const steps = textSteps({ stopWords: ['the'] });
 * textPath(steps).textOf('The ferry returns!'); // 'ferry returns !'
 * ```
 */
export const textSteps = (options: TextStepsOptions = {}): TextSteps => {
  checkOptions('textSteps', options, "{ stopWords: 'english' }");
  const { preprocessor = 'unicode', charLevel = false } = options;
  const isLesson = preprocessor === 'lesson';
  const longest = isLesson ? null : charLevel ? LONGEST_CHARACTERS : LONGEST_WORDS;
  const { maxLength: read = longest } = options;
  const isDefault = options.maxLength === undefined && longest === LONGEST_WORDS;
  const { maxTokens = isDefault ? MOST_TOKENS : read } = options;
  const steps: TextSteps = {
    preprocessor,
    stopWords: options.stopWords ?? (isLesson ? 'english' : 'none'),
    keepCase: options.keepCase ?? false,
    charLevel,
    punctuation: options.punctuation ?? !isLesson,
    unspaced: options.unspaced ?? 'characters',
    maxLength: read,
    maxTokens,
  };
  const decoded = TextSteps.decode(steps);
  if (E.isLeft(decoded)) {
    const fault = decoded.left[0]?.context.find(({ key }) => key !== '');
    throw new HeadwaterError(
      'HW_USAGE',
      `textSteps: ${fault?.key ?? 'an option'} is ${optionText(fault?.actual)}, ` +
        `but must be ${fault?.type.name ?? 'another value'}.`,
    );
  }
  if (isLesson && (steps.keepCase || steps.punctuation))
    throw new HeadwaterError(
      'HW_USAGE',
      "The lesson's preprocessor lower-cases texts and leaves punctuation out: " +
        `${steps.keepCase ? 'keepCase (--keep-case)' : 'punctuation'} needs the preprocessor unicode.`,
    );
  return decoded.right;
};

/** The lesson's steps. They also apply to all models whose artifacts have no text steps. */
export const LESSON_STEPS: TextSteps = textSteps({ preprocessor: 'lesson' });

/**
 * Makes the text of `text.json`.
 *
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { stringifyTextSteps, textSteps } from 'headwater';
 * stringifyTextSteps(textSteps({ keepCase: true })); // '{ "formatVersion": 1, "preprocessor": "unicode", …
 * ```
 */
export const stringifyTextSteps = (steps: TextSteps): string => {
  checkArgument('stringifyTextSteps', 'steps', steps, 'the text steps of a model');
  return JSON.stringify({ formatVersion: TEXT_VERSION, ...TextSteps.encode(steps) }, null, 2);
};

/** Adds `maxTokens` to earlier files, which lack it: in these, all tokens were the model's. */
const withMaxTokens = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'maxLength' in value && !('maxTokens' in value)
    ? { ...value, maxTokens: value.maxLength }
    : value;

/**
 * Reads the text of a `text.json`.
 *
 * @param text the file's text
 * @param where its path, for the error message
 * @returns Left `HW_ARTIFACT` where it is damaged, `HW_ARTIFACT_VERSION` where a later version wrote it
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { parseTextSteps, stringifyTextSteps, textSteps } from 'headwater';
 * const text = stringifyTextSteps(textSteps({ keepCase: true }));
 * const steps = parseTextSteps(text, 'models/news/text.json');
 * if (steps._tag === 'Right') console.log(steps.right.keepCase); // true
 * ```
 */
export const parseTextSteps = (text: string, where?: string): E.Either<HeadwaterError, TextSteps> => {
  checkText('parseTextSteps', 'text', text, 'the text of a file');
  return pipe(
    parseArtifact(text, WHAT, where),
    E.flatMap((value) =>
      pipe(
        readArtifact(t.type({ formatVersion: t.number }), WHAT, value, where),
        E.filterOrElse(
          ({ formatVersion }) => formatVersion === TEXT_VERSION,
          ({ formatVersion }) =>
            new HeadwaterError(
              'HW_ARTIFACT_VERSION',
              `${where ?? 'The text steps'} is of format version ${formatVersion}, ` +
                `but version ${TEXT_VERSION} is what can be read here. Use the version ` +
                'of headwater that wrote it, or train the model again.',
              where === undefined ? {} : { where },
            ),
        ),
        E.flatMap(() => readArtifact(TextSteps, WHAT, withMaxTokens(value), where)),
      ),
    ),
  );
};
