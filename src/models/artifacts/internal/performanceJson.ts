import * as t from 'io-ts';
import type { Performance, Scores } from '../../../contracts/training/Evaluation.js';
import { ownRecord } from '../../internal/ownRecord.js';
import { jsonString } from '../../../text/artifacts/artifactJson.js';

const SCORES = ['precision', 'recall', 'f1', 'num_samples'] as const satisfies readonly (keyof Scores)[];

const scoresCodec = t.readonly(
  t.strict({ precision: t.number, recall: t.number, f1: t.number, num_samples: t.number }),
);

/** The codec of `performance.json`. */
export const performanceCodec: t.Type<Performance, unknown> = t.readonly(
  t.strict({ overall: scoresCodec, class: ownRecord(scoresCodec) }),
);

const stringifyScores = (scores: Scores, indent: string): string =>
  `{\n${SCORES.map((score) => `${indent}  "${score}": ${JSON.stringify(scores[score])}`).join(',\n')}\n${indent}}`;

/**
 * Writes the lesson's `performance.json`, indented by 2.
 *
 * @param performance the scores
 * @param classes the names of the classes in the order of the label encoder; a JavaScript object may not keep this
 * order
 */
export const stringifyPerformance = (performance: Performance, classes: readonly string[]): string => {
  const names = [
    ...new Set([
      ...classes.filter((name) => Object.hasOwn(performance.class, name)),
      ...Object.keys(performance.class),
    ]),
  ];
  const members = names.flatMap((name) => {
    const scores = performance.class[name];
    return scores === undefined ? [] : [`    ${jsonString(name)}: ${stringifyScores(scores, '    ')}`];
  });
  return `{\n  "overall": ${stringifyScores(performance.overall, '  ')},\n  "class": {\n${members.join(',\n')}\n  }\n}`;
};
