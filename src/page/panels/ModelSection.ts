import type { ModelView } from '../../contracts/training/TrainingView.js';
import type { Chart } from '../charts/Chart.js';
import { describeConfig } from './describeConfig.js';
import { element } from '../elements/element.js';
import { formatCount, formatLoss, formatScore } from '../elements/format.js';
import { lossChart, lossData, qualityChart, qualityData } from './lossChart.js';
import { confusionTable, scoresTable } from '../elements/tables.js';

/** A list of names and values. */
export const facts = (entries: readonly (readonly [name: string, value: string])[]): HTMLElement =>
  element(
    'dl',
    { class: 'facts' },
    ...entries.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );

/** A card with a heading. */
export const card = (
  title: string,
  subtitle: string | undefined,
  ...content: readonly (Node | string)[]
): HTMLElement =>
  element(
    'div',
    { class: 'card' },
    element('h3', {}, title),
    ...(subtitle === undefined ? [] : [element('p', { class: 'subtitle' }, subtitle)]),
    ...content,
  );

/** The model in use: its structure, its training, and its confusion matrix. */
export class ModelSection {
  readonly node = element('section', { class: 'block', 'aria-labelledby': 'model-heading' });
  readonly #charts: { readonly loss: Chart; readonly quality: Chart } = {
    loss: lossChart(false),
    quality: qualityChart(),
  };

  show({ config, classes, performance, training }: ModelView): void {
    const known: HTMLElement[] = [];
    if (training !== null && training.epochs.length > 0) {
      known.push(this.#charts.loss.node, this.#charts.quality.node);
      this.#charts.loss.show(lossData(training.epochs));
      this.#charts.quality.show(qualityData(training.epochs));
    }
    if (training !== null && training.accuracy !== null) {
      known.push(
        card(
          'Confusion matrix',
          `Test rows: accuracy ${formatScore(training.accuracy)}, loss ${formatLoss(training.loss)}`,
          confusionTable(classes, training.confusion),
        ),
      );
    }
    if (performance !== null)
      known.push(
        card(
          'Scores',
          `Of ${formatCount(performance.overall.num_samples)} test rows`,
          scoresTable(classes, performance),
        ),
      );
    if (known.length === 0 && config === null)
      known.push(
        element(
          'p',
          { class: 'card hint' },
          'The server knows nothing of how this model was trained. ' +
            'A training saves it beside the model, as training.json.',
        ),
      );
    this.node.replaceChildren(
      element('h2', { id: 'model-heading' }, 'The model'),
      ...(config === null ? [] : [element('div', { class: 'card' }, facts(describeConfig(config)))]),
      element('div', { class: 'grid' }, ...known),
    );
  }
}
