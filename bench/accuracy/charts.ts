import type { EChartsCoreOption } from 'echarts/core';
import { axis, COLOURS, frame } from '../chartOptions.js';
import { INK } from '../drawSvg.js';
import { type AccuracyFigures, isMeasured } from './AccuracyFigures.js';
import { scoreOf } from './baselines.js';
import type { HeadlineResult } from './headlines.js';
import { bySize } from './reports.js';
import { mean } from './statistics.js';
import type { TableSplit } from './tables.js';
import type { OurScore } from './trainOurs.js';

const round = (value: number): number => Number(value.toFixed(4));

/** A score of any model; undefined where it was not measured. */
type Scored = { readonly f1: number } | undefined;

const meanF1 = (scores: readonly Scored[]): number | undefined => {
  const present = scores.filter((score) => score !== undefined);
  return present.length === 0 ? undefined : round(mean(present.map(({ f1 }) => f1)));
};

/** The F1 against the number of train rows, with one line per model. */
export const rowsChart = ({ headlines }: AccuracyFigures): EChartsCoreOption => {
  const groups = bySize(headlines).toReversed();
  const lines: Readonly<Record<string, (one: HeadlineResult) => Scored>> = {
    'Headwater, word vectors': (one) => one.withVectors,
    'Headwater, no vectors': (one) => one.withoutVectors,
    'scikit-learn': (one) => scoreOf(one.baselines.scikit),
    fastText: (one) => scoreOf(one.baselines.fasttext),
  };
  const series = Object.entries(lines)
    .map(([name, of], i) => ({
      name,
      type: 'line',
      symbol: 'circle',
      symbolSize: 7,
      color: COLOURS[i],
      data: groups.flatMap((results): [number, number][] => {
        const value = meanF1(results.map(of));
        return value === undefined ? [] : [[results[0]?.rows.train ?? NaN, value]];
      }),
    }))
    .filter(({ data }) => data.length > 0);
  const sizes = groups.map(([first]) => first?.rows.train ?? NaN);
  return {
    ...frame('Headlines: weighted F1 on unseen rows', series),
    grid: { left: 60, right: 40, top: 56, bottom: 90 },
    xAxis: axis({
      type: 'log',
      name: 'train rows',
      nameLocation: 'middle',
      nameGap: 26,
      min: Math.min(...sizes),
      max: Math.max(...sizes),
    }),
    yAxis: axis({ type: 'value', scale: true }),
  };
};

/** The F1 of every table, with one group of bars per table. */
export const tablesChart = ({ tables }: AccuracyFigures): EChartsCoreOption => {
  const measured = tables.filter(isMeasured);
  const sides: Readonly<Record<string, (split: TableSplit) => Scored>> = {
    Headwater: (split) => split.ours,
    'scikit-learn': (split) => split.scikit,
    fastText: (split) => split.fasttext,
  };
  const series = Object.entries(sides).map(([name, of], i) => ({
    name,
    type: 'bar',
    barGap: '10%',
    color: COLOURS[[0, 2, 3][i] ?? 0],
    data: measured.map(({ splits }) => meanF1(splits.map(of)) ?? null),
  }));
  return {
    ...frame('Tables: weighted F1 on unseen rows', series),
    grid: { left: 60, right: 20, top: 56, bottom: 120 },
    xAxis: axis({
      type: 'category',
      data: measured.map(({ table }) => table.replace(/\..*$/, '')),
      axisLabel: { color: INK, rotate: 40 },
    }),
    yAxis: axis({ type: 'value', min: 0, max: 1 }),
  };
};

/** The share of correct predictions against the confidence. For a calibrated model both are equal. */
export const reliabilityChart = ({ headlines }: AccuracyFigures): EChartsCoreOption => {
  const [all = []] = bySize(headlines);
  const pooled = (scores: readonly OurScore[]): [number, number][] => {
    const [first] = scores;
    return (first?.bins ?? []).flatMap((_, i): [number, number][] => {
      const bins = scores.flatMap(({ bins: own }) => own[i] ?? []).filter(({ rows }) => rows > 0);
      const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
      if (rows < 20) return [];
      const of = (value: 'confidence' | 'accuracy'): number =>
        round(bins.reduce((sum, bin) => sum + bin.rows * bin[value], 0) / rows);
      return [[of('confidence'), of('accuracy')]];
    });
  };
  const line = (name: string, color: string | undefined, data: readonly [number, number][]) => ({
    name,
    type: 'line',
    symbol: 'circle',
    symbolSize: 6,
    color,
    data,
  });
  const withVectors = all.flatMap((result) => result.withVectors ?? []);
  const series = [
    ...(withVectors.length === 0 ? [] : [line('with word vectors', COLOURS[0], pooled(withVectors))]),
    line('without', COLOURS[1], pooled(all.map((result) => result.withoutVectors))),
    {
      ...line('calibrated', COLOURS[5], [
        [0, 0],
        [1, 1],
      ]),
      symbol: 'none',
      lineStyle: { type: 'dashed', width: 1 },
    },
  ];
  return {
    ...frame('Headlines: how often predictions of a confidence are right', series),
    grid: { left: 60, right: 40, top: 56, bottom: 90 },
    xAxis: axis({ type: 'value', min: 0.2, max: 1, name: 'confidence', nameLocation: 'middle', nameGap: 26 }),
    yAxis: axis({ type: 'value', min: 0.2, max: 1 }),
  };
};

/** The contribution of each part of the model, with one bar per model. */
export const ablationChart = ({ ablation }: AccuracyFigures): EChartsCoreOption => {
  const series = [
    {
      name: 'weighted F1',
      type: 'bar',
      barMaxWidth: 18,
      color: COLOURS[0],
      data: ablation.map(({ f1 }) => round(f1)),
      label: { show: true, position: 'right', color: INK },
    },
  ];
  return {
    ...frame('Headlines: what each part of the model is worth', series),
    grid: { left: 330, right: 60, top: 50, bottom: 60 },
    xAxis: axis({ type: 'value', min: 0, max: 1 }),
    yAxis: axis({ type: 'category', data: ablation.map(({ part }) => part), inverse: true }),
  };
};
