import type { Cells } from '../tables.js';
import { type AccuracyFigures, isMeasured } from './AccuracyFigures.js';
import { type BaselineScore, scoreOf } from './baselines.js';
import type { HeadlineResult } from './headlines.js';
import { deviation, eceByChance, mean } from './statistics.js';
import type { TableResult } from './tables.js';

/** The largest loss of F1 against the baseline with which a table still counts as equal. */
const EQUAL = 0.005;

const digits = (value: number, count = 3): string => (Number.isFinite(value) ? value.toFixed(count) : '–');
const signed = (value: number): string => `${value >= 0 ? '+' : '−'}${digits(Math.abs(value))}`;

/** The mean, and the standard deviation where there are several values. */
const spread = (values: readonly number[]): string =>
  values.length < 2 ? digits(mean(values)) : `${digits(mean(values))} ± ${digits(deviation(values))}`;

const present = <T>(values: readonly (T | undefined)[]): readonly T[] =>
  values.filter((value): value is T => value !== undefined);

const f1Of = (scores: readonly { readonly f1: number }[]): string => spread(scores.map(({ f1 }) => f1));
const secondsOf = (scores: readonly { readonly seconds: number }[]): string =>
  scores.length === 0 ? '–' : digits(mean(scores.map(({ seconds }) => seconds)), 0);

const baseline = (
  results: readonly HeadlineResult[],
  name: keyof HeadlineResult['baselines'],
): readonly BaselineScore[] => present(results.map(({ baselines }) => scoreOf(baselines[name])));

/** The results grouped by number of train rows, the largest number first. */
export const bySize = (headlines: readonly HeadlineResult[]): readonly (readonly HeadlineResult[])[] => {
  const groups = new Map<string, HeadlineResult[]>();
  for (const result of headlines) {
    const size = result.all ? 'all' : String(result.rows.train);
    groups.set(size, [...(groups.get(size) ?? []), result]);
  }
  return [...groups.values()].toSorted(([a], [b]) => (b?.rows.train ?? 0) - (a?.rows.train ?? 0));
};

/** The weighted F1 of headlines by the number of train rows, with the baselines and seconds. */
export const headlineReport = ({ headlines, lesson }: AccuracyFigures): Cells => [
  ['train rows', 'seeds', 'with vectors', 's', 'without', 's', 'scikit-learn', 's', 'fastText', 's', 'lesson', 's'],
  ...bySize(headlines).map((results) => {
    const withVectors = present(results.map((result) => result.withVectors));
    const without = results.map((result) => result.withoutVectors);
    const [scikit, fasttext] = [baseline(results, 'scikit'), baseline(results, 'fasttext')];
    const own = results[0]?.all === true ? lesson : [];
    return [
      (results[0]?.rows.train ?? 0).toLocaleString('en'),
      String(results.length),
      ...[withVectors, without, scikit, fasttext, own].flatMap((scores) => [f1Of(scores), secondsOf(scores)]),
    ];
  }),
];

/** The expected calibration error of headlines by the number of train rows, beside that of chance alone. */
export const calibrationReport = ({ headlines }: AccuracyFigures): Cells => [
  ['train rows', 'ECE with vectors', 'by chance', 'ECE without', 'by chance'],
  ...bySize(headlines).map((results) => [
    (results[0]?.rows.train ?? 0).toLocaleString('en'),
    ...[present(results.map((result) => result.withVectors)), results.map((result) => result.withoutVectors)].flatMap(
      (scores) => [spread(scores.map(({ ece }) => ece)), digits(mean(scores.map(({ bins }) => eceByChance(bins))))],
    ),
  ]),
];

const tableLine = ({ table, rows, classes, splits, difference }: TableResult): readonly string[] => [
  table,
  rows.toLocaleString('en'),
  String(classes),
  f1Of(splits.map(({ ours }) => ours)),
  f1Of(present(splits.map(({ scikit }) => scikit))),
  difference === undefined
    ? '–'
    : `${signed(difference.mean)} (${signed(difference.from)} to ${signed(difference.to)})`,
  f1Of(present(splits.map(({ fasttext }) => fasttext))),
  digits(mean(splits.map(({ ours }) => ours.ece))),
  secondsOf(splits.map(({ ours }) => ours)),
];

/** Every table: Headwater, the baselines, and the paired interval of the difference. */
export const tableReport = ({ tables }: AccuracyFigures): Cells => [
  ['table', 'rows', 'classes', 'Headwater', 'scikit-learn', 'difference (95 %)', 'fastText', 'ECE', 's'],
  ...tables.filter(isMeasured).map(tableLine),
];

export const ablationReport = ({ ablation }: AccuracyFigures): Cells => [
  ['model', 'F1', 'ECE'],
  ...ablation.map(({ part, f1, ece }) => [part, digits(f1), digits(ece)]),
];

/** Tables whose whole interval lies below −0.005. */
export const losses = (tables: AccuracyFigures['tables']): readonly TableResult[] =>
  tables.filter(isMeasured).filter(({ difference }) => difference !== undefined && difference.to < -EQUAL);

/** The minimum and the goal of each figure. */
const WANTED = {
  vectors: ['0.845', '0.86'],
  none: ['0.795', '0.82'],
  few: ['0.77', '0.80'],
  ece: ['0.03', '0.02'],
} as const;

/** The figures that a change must not make worse, with their targets. */
export const summary = (figures: AccuracyFigures): Cells => {
  const groups = bySize(figures.headlines);
  const [all = []] = groups;
  const few =
    groups.find(([first]) => first?.all === false && first.rows.train >= 490 && first.rows.train <= 510) ?? [];
  const vectors = (results: readonly HeadlineResult[]) => present(results.map((result) => result.withVectors));
  const line = (
    what: string,
    scores: readonly number[],
    seconds: readonly { readonly seconds: number }[],
    [least, aim]: readonly [string, string],
    peers: readonly HeadlineResult[],
  ): readonly string[] => [
    what,
    scores.length === 0 ? 'not measured' : spread(scores),
    least,
    aim,
    f1Of(baseline(peers, 'scikit')),
    f1Of(baseline(peers, 'fasttext')),
    secondsOf(seconds),
  ];
  const f1 = (scores: readonly { readonly f1: number }[]): readonly number[] => scores.map((score) => score.f1);
  const none = all.map(({ withoutVectors }) => withoutVectors);
  const calibrated = vectors(all).length > 0 ? vectors(all) : none;
  const measured = figures.tables.filter(isMeasured).filter(({ difference }) => difference !== undefined);
  const lost = losses(figures.tables).length;
  return [
    ['what', 'reached', 'at least', 'aim', 'scikit-learn', 'fastText', 's'],
    line('headlines with vectors, F1', f1(vectors(all)), vectors(all), WANTED.vectors, all),
    line('headlines without vectors, F1', f1(none), none, WANTED.none, all),
    line('headlines from 500 rows with vectors, F1', f1(vectors(few)), vectors(few), WANTED.few, few),
    line(
      'headlines, ECE',
      calibrated.map(({ ece }) => ece),
      [],
      WANTED.ece,
      [],
    ),
    [
      'tables against scikit-learn, F1',
      measured.length === 0
        ? 'not measured'
        : `${signed(mean(measured.map(({ difference }) => difference?.mean ?? NaN)))}; ` +
          `${lost} of ${measured.length} below`,
      '0 below −0.005',
      '+0.02 on all',
      '',
      '',
      secondsOf(measured.flatMap(({ splits }) => splits.map(({ ours }) => ours))),
    ],
  ];
};
