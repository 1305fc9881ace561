import { formatCount, formatShare } from '../elements/format.js';
import type { BinColumns } from './TimeBins.js';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The maximum number of classes that the description names. */
const NAMED = 6;

/** Describes the class mix in words. */
export const describeMix = (classes: readonly string[], { counts, totals }: BinColumns): string => {
  const all = sum(totals);
  if (all === 0) return 'No headlines yet.';
  const seen = classes
    .map((name, category) => ({ name, count: sum(counts[category] ?? []) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  const named = seen.slice(0, NAMED);
  // Others are further classes, or classes of other models.
  const areOthers = named.reduce((total, { count }) => total + count, 0) < all;
  const said = [
    named.map(({ name, count }) => `${name} ${formatShare(count / all)}`).join(', '),
    areOthers ? 'others' : '',
  ].filter(Boolean);
  return `Of ${formatCount(all)} headline${all === 1 ? '' : 's'}: ${said.join(' and ')}.`;
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
