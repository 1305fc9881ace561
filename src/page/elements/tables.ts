import type { Performance } from '../../contracts/training/Evaluation.js';
import { classMark } from './classMark.js';
import { element } from './element.js';
import { formatCount, formatScore, formatShare } from './format.js';

/** A class's name with its mark. */
export const className = (name: string, category: number): HTMLElement =>
  element('span', { class: 'class-name' }, classMark(category), name);

/**
 * A confusion matrix as a table: true classes in rows, predicted classes in columns; the shade of a cell is its share
 * of the row.
 *
 * @param confusion counts, row-major, shape [C, C], true × predicted
 */
export const confusionTable = (classes: readonly string[], confusion: readonly number[]): HTMLElement => {
  const size = classes.length;
  const head = element(
    'thead',
    {},
    element(
      'tr',
      {},
      element('td', { rowspan: 2 }),
      element('th', { colspan: size, scope: 'colgroup', class: 'axis' }, 'Predicted'),
    ),
    element('tr', {}, ...classes.map((name, category) => element('th', { scope: 'col' }, className(name, category)))),
  );
  const rows = classes.map((name, actual) => {
    const counts = confusion.slice(actual * size, (actual + 1) * size);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const cells = counts.map((count, predicted) => {
      const share = total === 0 ? 0 : count / total;
      const cell = element(
        'td',
        { 'data-right': predicted === actual },
        element('span', { class: 'count' }, formatCount(count)),
        element('span', { class: 'share' }, formatShare(share)),
      );
      cell.style.setProperty('--share', String(share));
      return cell;
    });
    return element('tr', {}, element('th', { scope: 'row' }, className(name, actual)), ...cells);
  });
  const worst = confusion
    .map((count, cell) => ({ count, actual: Math.floor(cell / size), predicted: cell % size }))
    .filter(({ count, actual, predicted }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count)[0];
  const said =
    worst === undefined
      ? 'No class was taken for another.'
      : `Most often ${classes[worst.actual] ?? ''} was taken for ` +
        `${classes[worst.predicted] ?? ''}: ${formatCount(worst.count)} times.`;
  return element(
    'div',
    {},
    element(
      'div',
      { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': 'Confusion matrix' },
      element(
        'table',
        { class: 'confusion' },
        element(
          'caption',
          { class: 'hidden' },
          'Confusion matrix: rows are the classes that headlines have, columns those that were predicted',
        ),
        head,
        element('tbody', {}, ...rows),
      ),
    ),
    element('p', { class: 'chart-summary' }, said),
  );
};

/** Precision, recall and F1 for each class, and overall. */
export const scoresTable = (classes: readonly string[], { overall, class: byClass }: Performance): HTMLElement => {
  const row = (head: Node | string, scores: Performance['overall']): HTMLElement =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, head),
      ...[scores.precision, scores.recall, scores.f1].map((score) => element('td', {}, formatScore(score))),
      element('td', {}, formatCount(scores.num_samples)),
    );
  const rows = classes.flatMap((name, category) => {
    const scores = byClass[name];
    return scores === undefined ? [] : [row(className(name, category), scores)];
  });
  return element(
    'div',
    { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': 'Scores by class' },
    element(
      'table',
      { class: 'scores' },
      element('caption', { class: 'hidden' }, 'Scores by class'),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...['Class', 'Precision', 'Recall', 'F1', 'Rows'].map((name) => element('th', { scope: 'col' }, name)),
        ),
      ),
      element('tbody', {}, ...rows, row('All, weighted', overall)),
    ),
  );
};
