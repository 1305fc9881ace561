import type { EpochRecord } from '../../contracts/training/TrainingRecord.js';
import { Chart, type ChartData } from '../charts/Chart.js';
import { formatLoss, formatScore } from '../elements/format.js';
import { lineLegend } from '../charts/lineLegend.js';

/** An epoch on an axis: a whole number or a fraction. */
export const formatEpoch = (epoch: number): string => (Number.isInteger(epoch) ? String(epoch) : epoch.toFixed(1));

/** The losses of a training by epoch, and by step if there are steps. */
export const lossChart = (withSteps: boolean): Chart =>
  new Chart({
    title: 'Loss',
    subtitle: 'Mean cross-entropy in nats; lower is better',
    xLabel: 'Epoch',
    wholeX: true,
    formatX: formatEpoch,
    formatY: (loss) => loss.toFixed(2),
    series: [
      ...(withSteps ? [{ label: 'Step', hue: '--faint', width: 1, points: false }] : []),
      { label: 'Train', hue: '--class-0', points: true, overGaps: true },
      { label: 'Validation', hue: '--class-1', dash: [6, 4], points: true, overGaps: true },
    ],
    legend: lineLegend([
      ...(withSteps ? [['Step', 'faint'] as const] : []),
      ['Train', 'solid'],
      ['Validation', 'dashed'],
    ]),
  });

/** Accuracy and F1 on the validation rows by epoch. */
export const qualityChart = (): Chart =>
  new Chart({
    title: 'Quality',
    subtitle: 'Of the validation rows, by epoch',
    xLabel: 'Epoch',
    wholeX: true,
    formatX: formatEpoch,
    formatY: formatScore,
    range: (least, most) => [
      Math.max(0, Math.floor((least - 0.02) * 20) / 20),
      Math.min(1, Math.ceil((most + 0.005) * 20) / 20),
    ],
    series: [
      { label: 'Accuracy', hue: '--class-0', points: true },
      { label: 'Macro F1', hue: '--class-1', dash: [6, 4], points: true },
    ],
    legend: lineLegend([
      ['Accuracy', 'solid'],
      ['Macro F1', 'dashed'],
    ]),
  });

/** Describes the losses in words. */
export const describeLosses = (epochs: readonly EpochRecord[]): string => {
  const last = epochs.at(-1);
  if (last === undefined) return 'No epoch has ended yet.';
  const best = epochs.findLast(({ improved }) => improved);
  const many = epochs.length === 1 ? '1 epoch' : `${epochs.length} epochs`;
  return (
    `After ${many} the train loss is ${formatLoss(last.trainLoss)} and the validation loss ` +
    `${formatLoss(last.validationLoss)}.` +
    (best === undefined
      ? ''
      : ` The lowest validation loss, ${formatLoss(best.validationLoss)}, was that of epoch ${best.epoch}.`)
  );
};

/** The data of a loss chart without steps. */
export const lossData = (epochs: readonly EpochRecord[]): ChartData => ({
  x: epochs.map(({ epoch }) => epoch),
  y: [epochs.map(({ trainLoss }) => trainLoss), epochs.map(({ validationLoss }) => validationLoss)],
  summary: describeLosses(epochs),
});

/** The data of a quality chart. */
export const qualityData = (epochs: readonly EpochRecord[]): ChartData => {
  const last = epochs.at(-1);
  const share = (score: number | null): string => (score === null ? 'not known' : formatScore(score));
  return {
    x: epochs.map(({ epoch }) => epoch),
    y: [
      epochs.map(({ validationAccuracy }) => validationAccuracy),
      epochs.map(({ validationMacroF1 }) => validationMacroF1),
    ],
    summary:
      last === undefined
        ? 'No epoch has ended yet.'
        : `After epoch ${last.epoch} the accuracy is ${share(last.validationAccuracy)} ` +
          `and the macro F1 ${share(last.validationMacroF1)}.`,
  };
};
