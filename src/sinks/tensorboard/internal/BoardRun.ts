import type { TrainingEvent } from '../../../contracts/training/TrainingEvent.js';
import type { SideCounts } from '../../../contracts/training/SideCounts.js';
import type { Report } from '../../metrics/metrics.js';
import { metricsTable } from '../../metrics/metricsTable.js';
import type { ReportMade } from '../../metrics/ReportMade.js';
import { type BoardValue, type Hyperparameters, summaryEvent, versionEvent } from '../boardEvent.js';
import { markdownTable } from './markdownTable.js';
import { tfRecord } from './tfRecord.js';

/** Options of a run. */
export interface BoardRunOptions {
  readonly hyperparameters: Hyperparameters;
  /** The loss of one step in this many is written. */
  readonly everySteps: number;
}

const scalar = (tag: string, value: number): BoardValue => ({ type: 'scalar', tag, value });

/** The scores on the test rows, and the report as text. Markdown shows indented text unchanged. */
const testValues = (report: Report): readonly BoardValue[] => {
  const { precision, recall, f1 } = report.performance.overall;
  return [
    scalar('loss/test', report.loss),
    scalar('accuracy/test', report.accuracy),
    scalar('precision/test', precision),
    scalar('recall/test', recall),
    scalar('f1/test', f1),
    { type: 'text', tag: 'report/test', markdown: metricsTable(report).replaceAll(/^/gm, '    ') },
  ];
};

/**
 * One training as a TensorBoard run: converts each event to whole records of an event file.
 *
 * The curves of epochs have the epoch as their x-axis, the curve of the steps the number of earlier steps.
 */
export class BoardRun {
  readonly #options: BoardRunOptions;
  #step = 0;
  #epoch = 0;
  /** The train rows of this epoch so far, the time when it began, and the time of the last step, in ms. */
  #pace = { rows: 0, since: 0, until: 0 };

  constructor(options: BoardRunOptions) {
    this.#options = options;
  }

  /** The start of the file. @param rows the number of rows on each side, if it is known */
  begin(model: string, rows: SideCounts | undefined, now: number): Uint8Array {
    const { hyperparameters } = this.#options;
    const configuration = {
      model,
      ...(rows && { 'train rows': rows.train, 'validation rows': rows.validation, 'test rows': rows.test }),
      ...hyperparameters,
    };
    const table = markdownTable(
      ['setting', 'value'],
      Object.entries(configuration).map(([name, value]) => [name, String(value)]),
    );
    const values: readonly BoardValue[] = [
      { type: 'text', tag: 'configuration', markdown: table },
      { type: 'session-start', hyperparameters },
    ];
    return Buffer.concat([tfRecord(versionEvent(now / 1000)), this.#record(0, now, values)]);
  }

  /** The records of an event; undefined if it has none. */
  add(event: TrainingEvent | ReportMade, now: number): Uint8Array | undefined {
    switch (event.type) {
      case 'epoch-started':
        this.#pace = { rows: 0, since: now, until: now };
        return undefined;
      case 'step': {
        this.#pace.rows += event.rows;
        this.#pace.until = now;
        const step = this.#step++;
        return step % this.#options.everySteps === 0
          ? this.#record(step, now, [scalar('loss/step', event.loss)])
          : undefined;
      }
      case 'epoch': {
        const { rows, since, until } = this.#pace;
        this.#epoch = event.epoch;
        return this.#record(event.epoch, now, [
          scalar('loss/train', event.trainLoss),
          scalar('loss/validation', event.validationLoss),
          scalar('accuracy/validation', event.validationAccuracy),
          scalar('macro_f1/validation', event.validationMacroF1),
          scalar('learning_rate', event.learningRate),
          ...(until > since ? [scalar('rows_per_second', (rows / (until - since)) * 1000)] : []),
        ]);
      }
      case 'training-ended':
        // Later measurements use the weights of this epoch.
        this.#epoch = event.bestEpoch;
        return undefined;
      case 'report':
        return this.#record(this.#epoch, now, testValues(event.report));
      case 'training-started':
      case 'training-resumed':
      case 'checkpoint':
      case 'validation-step':
        return undefined;
    }
  }

  /** The end of the file. */
  end(succeeded: boolean, now: number): Uint8Array {
    return this.#record(this.#epoch, now, [{ type: 'session-end', succeeded }]);
  }

  #record(step: number, now: number, values: readonly BoardValue[]): Uint8Array {
    return tfRecord(summaryEvent({ wallTime: now / 1000, step }, values));
  }
}
