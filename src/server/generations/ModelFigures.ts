import type { LivePrediction } from '../../contracts/live/Live.js';

/** What one of two compared models has done since the comparison began. */
export interface ModelFiguresView {
  /** The headlines that it classified. */
  readonly headlines: number;
  /** The headlines that it failed to classify. */
  readonly errors: number;
  /** The mean probability of the predicted class; null without headlines. */
  readonly confidence: number | null;
  /** The mean time of the model for a headline, without the time in the queue; null without headlines. Milliseconds. */
  readonly classifyMs: number | null;
  /** The headlines by predicted class, the most frequent class first. */
  readonly classes: readonly { readonly class: string; readonly headlines: number }[];
}

/** Counts what a model does: the classes, its confidence, its errors and its time. */
export class ModelFigures {
  #headlines = 0;
  #errors = 0;
  #confidence = 0;
  #timed = 0;
  #ms = 0;
  readonly #classes = new Map<string, number>();

  add(predictions: readonly LivePrediction[]): void {
    for (const { category, distribution } of predictions) {
      this.#headlines += 1;
      this.#confidence += distribution[0]?.probability ?? 0;
      this.#classes.set(category, (this.#classes.get(category) ?? 0) + 1);
    }
  }

  /** Adds the time that the model took for a batch. */
  took(headlines: number, ms: number): void {
    this.#timed += headlines;
    this.#ms += ms;
  }

  failed(headlines: number): void {
    this.#errors += headlines;
  }

  get view(): ModelFiguresView {
    return {
      headlines: this.#headlines,
      errors: this.#errors,
      confidence: this.#headlines === 0 ? null : this.#confidence / this.#headlines,
      classifyMs: this.#timed === 0 ? null : this.#ms / this.#timed,
      classes: [...this.#classes]
        .map(([name, headlines]) => ({ class: name, headlines }))
        .sort((a, b) => b.headlines - a.headlines),
    };
  }
}
