import type { ModelView } from '../../contracts/training/TrainingView.js';
import type { Chart } from '../charts/Chart.js';
import { element } from '../elements/element.js';
import { whenChanged } from '../elements/whenChanged.js';
import { card } from '../panels/ModelSection.js';
import { runLossChart, runLossData, runScoreChart, runScoreData } from './runCharts.js';
import { optionsTable, resultsTable } from './runTables.js';

/** A comparison of several runs: their curves, their results and their options. */
export class RunsSection {
  readonly node: HTMLElement;
  readonly #loss: Chart;
  readonly #score: Chart;
  readonly #results = card('Results', 'Of the test rows; the best of each column is bold');
  readonly #options = card('Options', 'Rows in which the runs differ are bold');
  readonly #showTables = whenChanged((runs: readonly ModelView[]) => {
    this.#results.lastElementChild?.replaceWith(resultsTable(runs));
    this.#options.lastElementChild?.replaceWith(optionsTable(runs));
  });

  /** @param names the names of the runs, in their order */
  constructor(names: readonly string[]) {
    this.#loss = runLossChart(names);
    this.#score = runScoreChart(names);
    for (const section of [this.#results, this.#options]) section.append(element('div', {}));
    this.node = element(
      'section',
      { class: 'block', 'aria-labelledby': 'runs-heading' },
      element('h2', { id: 'runs-heading' }, 'Runs'),
      element('div', { class: 'grid' }, this.#loss.node, this.#score.node),
      this.#results,
      this.#options,
    );
  }

  /** Shows the runs, in the order of their names. */
  show(runs: readonly ModelView[]): void {
    this.#loss.show(runLossData(runs));
    this.#score.show(runScoreData(runs));
    this.#showTables(runs);
  }
}
