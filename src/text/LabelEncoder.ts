import { checkArgument } from '../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { excerpt } from '../contracts/messages/excerpt.js';
import { jsonIndices, jsonObject } from './artifacts/artifactJson.js';
import { compareCodePoints } from './internal/compareCodePoints.js';
import { indexedNames, indicesByName } from './internal/indexedNames.js';
import { listNames } from '../contracts/messages/listNames.js';
import { artifactError, parseArtifact, readArtifact } from './artifacts/readArtifact.js';

/** The lesson's `label_encoder.json`, parsed. */
export interface LabelEncoderJson {
  /** Each class's index, in an object without a prototype. */
  readonly class_to_index: Readonly<Record<string, number>>;
}

/**
 * The order of classes: `code-point` sorts like `numpy.unique`; `number` puts names that are numbers first, in numeric
 * order (2 before 10); a list of names puts those of them that occur first.
 */
export type ClassOrder = 'code-point' | 'number' | readonly string[];

/** The options of a label encoder. */
export interface LabelEncoderOptions {
  /** Default `code-point`. */
  readonly order?: ClassOrder | undefined;
}

const labelEncoderJson = t.type({ class_to_index: indexedNames });

const WHAT = 'label encoder';

/** A decimal number, without the further forms that JavaScript accepts. */
const NUMBER = /^[-+]?(\d+(\.\d*)?|\.\d+)$/;

const byNumber = (a: string, b: string): number => {
  const [first, second] = [NUMBER.test(a), NUMBER.test(b)];
  if (first && second) return Number(a) - Number(b) || compareCodePoints(a, b);
  return first === second ? compareCodePoints(a, b) : first ? -1 : 1;
};

const inOrder = (names: ReadonlySet<string>, order: ClassOrder): readonly string[] => {
  if (order === 'code-point') return [...names].sort(compareCodePoints);
  if (order === 'number') return [...names].sort(byNumber);
  const listed = [...new Set(order)].filter((name) => names.has(name));
  const first = new Set(listed);
  return [...listed, ...[...names].filter((name) => !first.has(name)).sort(byNumber)];
};

/**
 * The classes and their indices. Immutable.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { LabelEncoder } from 'headwater';
 * const labels = await lastValueFrom(from(['World', 'Sports', 'World']).pipe(LabelEncoder.fit()));
 * labels.classes; // ['Sports', 'World']
 * labels.encode('World'); // 1
 * labels.nameOf(0); // 'Sports'
 * ```
 */
export class LabelEncoder {
  /** The names of the classes in the order of their indices. */
  readonly classes: readonly string[];
  readonly #indices: ReadonlyMap<string, number>;

  private constructor(classes: readonly string[]) {
    checkArgument('LabelEncoder', 'classes', classes, 'a list of class names', [Symbol.iterator]);

    this.classes = Object.freeze([...classes]);
    this.#indices = new Map(this.classes.map((name, index) => [name, index]));
  }

  /** The number of classes, C. */
  get size(): number {
    return this.classes.length;
  }

  /** The index of a class by its name, or undefined where there is no such class. */
  indexOf(name: string): number | undefined {
    return this.#indices.get(name);
  }

  /**
   * The index of a class by its name.
   *
   * @throws HeadwaterError `HW_LABEL` where there is no such class
   */
  encode(name: string): number {
    const index = this.#indices.get(name);
    if (index !== undefined) return index;
    throw new HeadwaterError(
      'HW_LABEL',
      `The class ${JSON.stringify(excerpt(name))} is not known; known are ${listNames(this.classes)}. ` +
        'Correct the label, or fit the label encoder on rows that have it.',
    );
  }

  /**
   * The name of the class with an index.
   *
   * @throws HeadwaterError `HW_LABEL` where there is no such class
   */
  nameOf(index: number): string {
    const name = this.classes[index];
    if (name !== undefined) return name;
    throw new HeadwaterError(
      'HW_LABEL',
      `No class has the index ${index}: the ${this.size} classes have 0 to ` +
        `${this.size - 1}. The indices must come from this label encoder.`,
    );
  }

  /**
   * The value of the lesson's `label_encoder.json`. Its keys may be in another order than their indices; `stringify`
   * writes the file in order.
   */
  toJSON(): LabelEncoderJson {
    return { class_to_index: indicesByName(this.classes) };
  }

  /** The lesson's `label_encoder.json`, byte for byte: ASCII, indented by 4, classes in the order of their indices. */
  stringify(): string {
    return jsonObject([['class_to_index', jsonIndices(this.classes)]]);
  }

  /**
   * Makes a label encoder from names: each name once, sorted by code point like `numpy.unique`, or by `order`.
   *
   * @param names the names of classes, in any order, with repetitions
   * @throws HeadwaterError `HW_EMPTY` when there are none
   */
  static of(names: Iterable<string>, { order = 'code-point' }: LabelEncoderOptions = {}): LabelEncoder {
    const classes = inOrder(new Set(names), order);
    if (classes.length === 0) {
      throw new HeadwaterError(
        'HW_EMPTY',
        'There are no labels to learn the classes from: check that the ' +
          'source has rows, and that the train side has some.',
      );
    }
    return new LabelEncoder(classes);
  }

  /**
   * Learns the classes from a stream of their names, and emits the label encoder when the stream completes.
   *
   * ```marbles
   * labels$:  --a--b--a--|
   *           LabelEncoder.fit()
   * encoder$: -----------(e|)
   * ```
   *
   * A single class makes an encoder with one class. The caller must check whether that is enough. Memory: one entry for
   * every distinct name.
   *
   * Errors: `HW_EMPTY` when there is no label.
   */
  static fit(options: LabelEncoderOptions = {}): OperatorFunction<string, LabelEncoder> {
    return (labels$) =>
      defer(() =>
        labels$.pipe(
          reduce((names, name) => names.add(name), new Set<string>()),
          map((names) => LabelEncoder.of(names, options)),
        ),
      );
  }

  /**
   * Makes a label encoder from a parsed `label_encoder.json` of the lesson or of this library. The classes keep their
   * indices.
   *
   * @param value the parsed JSON
   * @param where the path or address of the file, for the error message
   * @returns Left `HW_ARTIFACT` where the structure is wrong, the indices are not 0 to n − 1, or there is no class
   */
  static fromJSON(value: unknown, where?: string): E.Either<HeadwaterError, LabelEncoder> {
    return pipe(
      readArtifact(labelEncoderJson, WHAT, value, where),
      E.flatMap(({ class_to_index: classes }) =>
        classes.length > 0
          ? E.right(new LabelEncoder(classes))
          : E.left(artifactError(WHAT, 'its class_to_index has no class', where)),
      ),
    );
  }

  /**
   * Makes a label encoder from the text of a `label_encoder.json` of the lesson or of this library: `fromJSON` after
   * `JSON.parse`.
   *
   * @param text the file's text
   * @param where the path or address of the file, for the error message
   * @returns Left `HW_ARTIFACT` where it is not JSON, and where `fromJSON` returns it
   */
  static parse(text: string, where?: string): E.Either<HeadwaterError, LabelEncoder> {
    return pipe(
      parseArtifact(text, WHAT, where),
      E.flatMap((value) => LabelEncoder.fromJSON(value, where)),
    );
  }
}
