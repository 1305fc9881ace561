import type { ModelView } from '../../contracts/training/TrainingView.js';
import { formatCount } from '../elements/format.js';

/** A run in a comparison. */
export interface ComparedRun extends ModelView {
  /** The test rows by class, if the run was not measured yet. */
  readonly testRows?: Readonly<Record<string, number>> | undefined;
}

/** The number of test rows of each class; undefined if it is not known. */
const rowsOf = ({ classes, performance, testRows }: ComparedRun): readonly number[] | undefined => {
  if (performance === null && testRows === undefined) return undefined;
  return classes.map((name) => performance?.class[name]?.num_samples ?? testRows?.[name] ?? 0);
};

/**
 * The runs by their test rows: runs of one group have the same classes with the same numbers of test rows. Runs of
 * different groups were certainly measured on different rows. Runs whose test rows are not known are left out.
 */
const groupsOf = (runs: readonly ComparedRun[]): readonly (readonly ComparedRun[])[] => {
  const groups = new Map<string, ComparedRun[]>();
  for (const run of runs) {
    const rows = rowsOf(run);
    if (rows === undefined) continue;
    const key = JSON.stringify([...run.classes.map((name, index) => [name, rows[index]])].sort());
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()];
};

/** Whether the results of runs can be compared: no two were measured on different test rows. */
export const areComparable = (runs: readonly ComparedRun[]): boolean => groupsOf(runs).length < 2;

/** A remark that runs were measured on different test rows; undefined if they were not. */
export const testRowsRemark = (runs: readonly ComparedRun[]): string | undefined => {
  if (areComparable(runs)) return undefined;
  const groups = groupsOf(runs).map((group) => {
    const [{ classes } = { classes: [] }] = group;
    const rows = group.flatMap((run) => rowsOf(run) ?? []).reduce((sum, count) => sum + count, 0) / group.length;
    return (
      `${group.map(({ name }) => name).join(', ')}: ` +
      `${formatCount(rows)} rows of ${formatCount(classes.length)} classes`
    );
  });
  return (
    'These runs were measured on different test rows, so their losses and scores cannot be compared. ' +
    `${groups.join('; ')}.`
  );
};
