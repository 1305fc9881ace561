import { Chart } from '../charts/Chart.js';
import { formatCount, formatScore } from '../elements/format.js';

/** A label, and the scores of the model so far, as in the event `label`. */
export interface LabelScored {
  /** The number of labels in the accuracy. */
  readonly labels: number;
  readonly accuracy: number;
}

/** The maximum number of drawn labels. */
const MOST = 2000;

/** The accuracy on the labels before the model knew them, label by label. It shows the effect of labelling. */
export class LabelChart {
  readonly node: HTMLElement;
  readonly #chart = new Chart({
    title: 'Labels',
    subtitle: 'The share that the model had said, of the last 1,000 labels',
    xLabel: 'Label',
    wholeX: true,
    formatX: (label) => formatCount(label),
    formatY: formatScore,
    range: () => [0, 1],
    series: [{ label: 'Accuracy', hue: '--class-0', points: false }],
  });
  #accuracies: readonly number[] = [];
  #count = 0;

  constructor() {
    this.node = this.#chart.node;
    this.node.hidden = true;
  }

  heard({ labels, accuracy }: LabelScored): void {
    this.#count += 1;
    this.#accuracies = [...this.#accuracies, accuracy].slice(-MOST);
    this.node.hidden = false;
    const first = this.#count - this.#accuracies.length + 1;
    this.#chart.show({
      x: this.#accuracies.map((_, index) => first + index),
      y: [this.#accuracies],
      summary:
        `The model had said ${formatScore(accuracy)} of the last ` +
        `${labels === 1 ? 'label' : `${formatCount(labels)} labels`}.`,
    });
  }
}
