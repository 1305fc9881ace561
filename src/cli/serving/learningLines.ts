import type { ModelConfirmed, ModelRolledBack } from '../../contracts/live/Learning.js';
import { printable } from '../../sinks/terminal/printable.js';
import type { Drift } from '../../server/generations/driftWatch.js';

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const MEANS = {
  errors: 'the share of wrong answers',
  confidence: 'the mean confidence',
  'class-mix': 'the share of the class',
} as const;

/** A line about a detected drift. */
export const driftLine = ({ of, class: name, before, after, rows }: Drift): string =>
  `drift: ${MEANS[of]}${name === undefined ? '' : ` ${printable(name)}`} was ` +
  `${percent(before)}, and is ${percent(after)} for the last ${rows} values`;

/** A line about the end of a trial. */
export const trialLine = ({ type, rows, accuracy, accuracyBefore }: ModelConfirmed | ModelRolledBack): string =>
  `learning: of the last ${rows} labels the model got ${percent(accuracy)} right, and ` +
  `${percent(accuracyBefore)} without learning them; ` +
  (type === 'confirmed' ? 'what it learnt is kept' : 'it was set back');
