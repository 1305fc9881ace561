import { printable } from '../../sinks/terminal/printable.js';
import type { LabelTally } from './LabelTally.js';
import type { Unlabelled } from './LabelPool.js';
import { sparkline } from './tallyLines.js';

/** The maximum number of classes with a key. */
const KEYS = 9;

/** The classes of the keys from 1: all classes in order or, if there are many, the most probable ones. */
export const offered = ({ prediction: { distribution } }: Unlabelled, classes: readonly string[]): readonly string[] =>
  classes.length <= KEYS ? classes : distribution.slice(0, KEYS).map(({ category }) => category);

/** How a question is displayed. */
export interface QuestionView {
  /** The number of remaining headlines, including this one. */
  readonly left: number;
  /** Whether the terminal can display more than ASCII. */
  readonly unicode: boolean;
  /** Whether answers are single keys and not lines. */
  readonly byKey: boolean;
  /** Whether there is an answer that can be undone. */
  readonly undoable: boolean;
}

/** The lines that ask for the class of a headline. */
export const questionLines = (
  asked: Unlabelled,
  classes: readonly string[],
  tally: Pick<LabelTally, 'rows' | 'accuracy' | 'accuracyBefore' | 'curve'>,
  { left, unicode, byKey, undoable }: QuestionView,
): string => {
  const { distribution, category, known } = asked.prediction;
  const probabilityOf = (name: string): number => distribution.find((one) => one.category === name)?.probability ?? 0;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const gained =
    tally.rows === 0
      ? ''
      : `, right: ${percent(tally.accuracy)} (without learning ${percent(tally.accuracyBefore)})  ${sparkline(
          tally.curve,
          'learning',
          unicode,
        )}`;
  return [
    '',
    `labels: ${tally.rows}, left: ${left}${gained}`,
    '',
    `  ${printable(asked.title)}${known === 0 ? '  (the model knows none of its words)' : ''}`,
    '',
    `  ${offered(asked, classes)
      .map((name, index) => `${index + 1} ${printable(name)} ${probabilityOf(name).toFixed(2)}`)
      .join('   ')}`,
    `  ${byKey ? 'Enter' : 'An empty line'}: ${printable(category)}   s: skip${undoable ? '   u: undo' : ''}   q: end`,
    '',
  ].join('\n');
};

/**
 * The class of an answer: by its key or its name; an empty answer means the prediction. Undefined for an invalid
 * answer.
 */
export const classOf = (answer: string, asked: Unlabelled, classes: readonly string[]): string | undefined => {
  if (answer === '') return asked.prediction.category;
  if (classes.includes(answer)) return answer;
  return /^[1-9]$/.test(answer) ? offered(asked, classes)[Number(answer) - 1] : undefined;
};
