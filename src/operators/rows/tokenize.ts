import { filter, map, type Observable, type OperatorFunction } from 'rxjs';
import { checkTypes } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Vocabulary } from '../../contracts/live/Learning.js';
import { flowProbe } from '../../contracts/flow/FlowProbe.js';
import type { DeadLetter, Rejection } from '../../contracts/rows/Rejection.js';
import type { EncodedText, LabelledTokens, Preprocessed, Row, TokenizedRow } from '../../contracts/rows/Row.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import type { LabelEncoder } from '../../text/LabelEncoder.js';
import { listNames } from '../../contracts/messages/listNames.js';
import { encodeText } from './internal/encodedText.js';

/** What `tokenize` does with rows whose class is not known. */
export interface TokenizeOptions {
  /**
   * Receives the rows whose class the label encoder does not know. Default: none. Then the first such row ends the
   * stream.
   */
  readonly rejections?: DeadLetter | undefined;
  /**
   * The path or address that the rows came from, for their rejections. Default: an empty string, which means not known.
   */
  readonly source?: string | undefined;
}

const unknownClass = (row: Row, classes: readonly string[], source: string): Rejection => ({
  type: 'rejection',
  reason: 'field',
  id: row.id,
  source,
  category: excerpt(row.category),
  field: 'category',
  expected: `one of ${listNames(classes)}`,
  got: excerpt(row.category),
});

const asError = ({ id, source, expected, got }: Rejection): HeadwaterError =>
  new HeadwaterError(
    'HW_LABEL',
    `Row ${id}${source === '' ? '' : ` of ${source}`} has the class ${JSON.stringify(got)}, ` +
      `which the label encoder does not know: it should be ${expected}. Correct the row, fit the label ` +
      'encoder on rows that have the class, or give tokenize somewhere to send rejections to.',
    source === '' ? {} : { where: source },
  );

/** Whether the text has tokens only. For each row of each pass, a spread costs several times as much as a literal. */
const onlyTokens = ({ vectorIds, features }: EncodedText): boolean => vectorIds === undefined && features === undefined;

/**
 * Turns each preprocessed text into token indices and, given a label encoder, each category into a class index.
 *
 * ```marbles
 * source: --a-----b-----|   a: { id: 0, title, category: 'Sports', text: 'cup final' }
 *         tokenize(tokenizer, labelEncoder)
 * result: --t-----u-----|   t: { id: 0, tokens: Int32Array [7, 4], label: 2 }
 * ```
 *
 * The tokens are those of `Tokenizer.encode`. An unknown word has the index of the unknown token. An empty text has one
 * token if the tokenizer is word-level (the lesson's rule), and none if it is char-level. With a `rowEncoder`, rows
 * also have word vectors and hashed features.
 *
 * Holds no rows.
 *
 * Errors: `HW_LABEL` at the first row whose class is not known when no `rejections` are given; any error that
 * `rejections.next` throws, or that the source sends. A rejection has the row's id and `field: 'category'`. It has no
 * line and no byte, because they are not known here.
 *
 * @param tokenizer a `Tokenizer`, or another encoder of texts
 * @param labelEncoder the classes; without it, rows need no category and get no label
 * @param options the receiver of rows whose class is not known
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { lastValueFrom, of } from 'rxjs';
 * import { LabelEncoder, Tokenizer, preprocess, tokenize } from 'headwater';
 * const tokenizer = await lastValueFrom(of('ferry returns port').pipe(Tokenizer.fit()));
 * of({ id: 0, title: 'The Ferry Returns at Dawn', category: 'World' })
 *   .pipe(preprocess(), tokenize(tokenizer, LabelEncoder.of(['Sports', 'World'])))
 *   .subscribe(({ tokens, label }) => console.log(tokens, label)); // Int32Array [2, 3, 1] 1
 * ```
 */
export function tokenize(tokenizer: Vocabulary): OperatorFunction<Preprocessed, TokenizedRow>;
export function tokenize(
  tokenizer: Vocabulary,
  labelEncoder: LabelEncoder,
  options?: TokenizeOptions,
): OperatorFunction<Preprocessed<Row>, LabelledTokens>;
export function tokenize(
  tokenizer: Vocabulary,
  labelEncoder?: LabelEncoder,
  options: TokenizeOptions = {},
): OperatorFunction<Preprocessed, TokenizedRow> | OperatorFunction<Preprocessed<Row>, LabelledTokens> {
  checkTypes('tokenize', options, { source: 'string' });
  if (labelEncoder === undefined) {
    return map(({ id, text }: Preprocessed) => {
      const encoded = encodeText(tokenizer, text);
      const { tokens } = encoded;
      return onlyTokens(encoded) ? { id, tokens } : { ...encoded, id };
    });
  }

  const { rejections, source = '' } = options;
  return (rows$: Observable<Preprocessed<Row>>) =>
    rows$.pipe(
      map((row) => {
        const label = labelEncoder.indexOf(row.category);
        if (label !== undefined) {
          const encoded = encodeText(tokenizer, row.text);
          const { tokens } = encoded;
          return onlyTokens(encoded) ? { id: row.id, tokens, label } : { ...encoded, id: row.id, label };
        }
        const rejection = unknownClass(row, labelEncoder.classes, source);
        if (rejections === undefined) throw asError(rejection);
        flowProbe()?.rejected();
        rejections.next(rejection);
        return undefined;
      }),
      filter((row) => row !== undefined),
    );
}
