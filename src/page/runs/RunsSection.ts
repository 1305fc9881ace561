import type { Chart } from '../charts/Chart.js';
import { element, setText } from '../elements/element.js';
import { card } from '../panels/ModelSection.js';
import { runLossChart, runLossData, runScoreChart, runScoreData } from './runCharts.js';
import { optionsTable, resultsTable } from './runTables.js';
import { type ComparedRun, testRowsRemark } from './testRows.js';

/**
 * Shows a table in a card. The frame stays, because it may have the focus and be scrolled, and so does an unchanged
 * table, because a text of it may be selected.
 */
const showTable = (place: HTMLElement, next: HTMLElement): void => {
  const shown = place.lastElementChild;
  if (shown === null || shown.isEqualNode(next)) return;
  if (shown.hasAttribute('tabindex')) shown.replaceChildren(...next.childNodes);
  else shown.replaceWith(next);
};

/** A comparison of several runs: their curves, their results and their options. */
export class RunsSection {
  readonly node: HTMLElement;
  readonly #loss: Chart;
  readonly #score: Chart;
  readonly #remark = element('p', { class: 'card remark', hidden: true });
  readonly #results = card('Results', 'Of the test rows; the best of each column is bold');
  readonly #options = card('Options', 'Rows in which the runs differ are bold');

  /** @param names the names of the runs, in their order */
  constructor(names: readonly string[]) {
    this.#loss = runLossChart(names);
    this.#score = runScoreChart(names);
    for (const section of [this.#results, this.#options]) section.append(element('div', {}));
    this.node = element(
      'section',
      { class: 'block', 'aria-labelledby': 'runs-heading' },
      element('h2', { id: 'runs-heading' }, 'Runs'),
      this.#remark,
      element('div', { class: 'grid' }, this.#loss.node, this.#score.node),
      this.#results,
      this.#options,
    );
  }

  /** Shows the runs, in the order of their names. */
  show(runs: readonly ComparedRun[]): void {
    const remark = testRowsRemark(runs);
    this.#remark.hidden = remark === undefined;
    setText(this.#remark, remark ?? '');
    this.#loss.show(runLossData(runs));
    this.#score.show(runScoreData(runs));
    showTable(this.#results, resultsTable(runs));
    showTable(this.#options, optionsTable(runs));
  }
}
