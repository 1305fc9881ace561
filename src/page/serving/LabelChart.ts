import { Chart } from '../charts/Chart.js';
import { lineLegend } from '../charts/lineLegend.js';
import { element } from '../elements/element.js';
import { formatCount, formatScore } from '../elements/format.js';

/** A label, and the scores of the model so far, as in the event `label`. */
export interface LabelScored {
  /** The number of labels in the accuracy. */
  readonly labels: number;
  readonly accuracy: number;
  /** The accuracy of the same model without learning, if the model learns. */
  readonly accuracyBefore?: number;
}

/** The maximum number of drawn labels. */
const MOST = 2000;

/** The two lines of a model that learns. */
const LEGEND = [
  ['Learning', 'solid'],
  ['Without learning', 'dashed'],
] as const;

const chartOf = (learns: boolean): Chart =>
  new Chart({
    title: 'Labels',
    subtitle: 'The share that the model had said, of the last 1,000 labels',
    xLabel: 'Label',
    wholeX: true,
    formatX: (label) => formatCount(label),
    formatY: formatScore,
    range: () => [0, 1],
    series: [
      { label: learns ? 'Learning' : 'Accuracy', hue: '--class-0', points: false },
      ...(learns ? [{ label: 'Without learning', hue: '--class-1', dash: [6, 4], points: false }] : []),
    ],
    ...(learns ? { legend: lineLegend(LEGEND) } : {}),
  });

/**
 * The accuracy on the labels before the model knew them, label by label. If the model learns, it also shows the
 * accuracy of the same model without learning: the distance between the lines is what the labels have gained.
 */
export class LabelChart {
  readonly node = element('div', { class: 'chart-slot', hidden: true });
  #chart: Chart | undefined;
  /** The chart with two lines. */
  #learning: Chart | undefined;
  #accuracies: readonly number[] = [];
  #before: readonly (number | null)[] = [];
  #count = 0;

  heard({ labels, accuracy, accuracyBefore }: LabelScored): void {
    this.#count += 1;
    this.#accuracies = [...this.#accuracies, accuracy].slice(-MOST);
    this.#before = [...this.#before, accuracyBefore ?? null].slice(-MOST);
    const learns = this.#before.some((share) => share !== null);
    // The chart is made when it is known whether the model learns.
    if (this.#chart === undefined || (learns && this.#chart !== this.#learning)) {
      this.#chart = chartOf(learns);
      if (learns) this.#learning = this.#chart;
      this.node.replaceChildren(this.#chart.node);
      this.node.hidden = false;
    }
    const first = this.#count - this.#accuracies.length + 1;
    const without =
      accuracyBefore === undefined ? '' : `, and without learning it would have said ${formatScore(accuracyBefore)}`;
    this.#chart.show({
      x: this.#accuracies.map((_, index) => first + index),
      y: this.#chart === this.#learning ? [this.#accuracies, this.#before] : [this.#accuracies],
      summary:
        `The model had said ${formatScore(accuracy)} of the last ` +
        `${labels === 1 ? 'label' : `${formatCount(labels)} labels`}${without}.`,
    });
  }
}
