import { formatCount, formatShare } from '../elements/format.js';
import type { BinColumns } from './TimeBins.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Describes the class mix in words. */
export const describeMix = (classes: readonly string[], { counts, totals: binTotals }: BinColumns): string => {
  const totals = counts.map(sum);
  const all = sum(binTotals);
  const areOthers = classes.length > 6 || all > sum(totals);
  if (all === 0) return 'No headlines yet.';
  const said = classes
    .map((name, category) => ({ name, count: totals[category] ?? 0 }))
    .sort((a, b) => b.count - a.count)
    .slice(0, 6)
    .map(({ name, count }) => `${name} ${formatShare(count / all)}`);
  return (
    `Of ${formatCount(all)} headline${all === 1 ? '' : 's'}: ` + `${said.join(', ')}${areOthers ? ' and others' : ''}.`
  );
};

/**
 * The shares of the classes as the upper edges of a stack. The last class comes first, because lower areas are drawn
 * over higher ones.
 */
export const stackOf = ({
  counts,
  totals,
}: BinColumns): { readonly edges: (number | null)[][]; readonly shares: (number | null)[][] } => {
  const shares = counts.map((values) => values.map((count, bin) => (totals[bin] === 0 ? null : count / totals[bin]!)));
  const edges: (number | null)[][] = [];
  let below: readonly (number | null)[] = totals.map((total) => (total === 0 ? null : 0));
  for (const share of shares) {
    const edge = share.map((value, bin) => (value === null ? null : (below[bin] ?? 0) + value));
    edges.push(edge);
    below = edge;
  }
  return { edges: edges.reverse(), shares: shares.reverse() };
};
