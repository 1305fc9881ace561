import { printable } from '../../sinks/terminal/printable.js';
import type { LabelTally } from './LabelTally.js';
import type { Unlabelled } from './LabelPool.js';
import { sparkline } from './tallyLines.js';

/** The most classes that have a key. */
const KEYS = 9;

/** The classes that the keys from 1 stand for: all of them in their order, or where there are many the likeliest. */
export const offered = ({ prediction: { distribution } }: Unlabelled, classes: readonly string[]): readonly string[] =>
  classes.length <= KEYS ? classes : distribution.slice(0, KEYS).map(({ category }) => category);

/** How a question is shown. */
export interface QuestionView {
  /** How many headlines are left, this one among them. */
  readonly left: number;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  /** Whether answers are single keys, and not lines. */
  readonly byKey: boolean;
  /** Whether there is an answer that can be taken back. */
  readonly undoable: boolean;
}

/** Asks for the class of a headline, in lines. */
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
    `  ${printable(asked.title)}${known === 0 ? '  (the model knows no word of it)' : ''}`,
    '',
    `  ${offered(asked, classes)
      .map((name, index) => `${index + 1} ${printable(name)} ${probabilityOf(name).toFixed(2)}`)
      .join('   ')}`,
    `  ${byKey ? 'Enter' : 'An empty line'}: ${printable(category)}   s: skip${undoable ? '   u: undo' : ''}   q: end`,
    '',
  ].join('\n');
};

/** The class that an answer names: by its key, its name, or none of it for what the model says; undefined for another. */
export const classOf = (answer: string, asked: Unlabelled, classes: readonly string[]): string | undefined => {
  if (answer === '') return asked.prediction.category;
  if (classes.includes(answer)) return answer;
  return /^[1-9]$/.test(answer) ? offered(asked, classes)[Number(answer) - 1] : undefined;
};
