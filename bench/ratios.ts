import { type Figure, isOurs, median } from './Figure.js';

/** The speed of a figure, where larger is better: the rate, or the inverse of the time. */
const speedOf = (figure: Figure): number => figure.samples_per_s ?? figure.rows_per_s ?? 1 / (figure.p50_us ?? NaN);

/**
 * How many times as fast as the peer Headwater is, for each engine and each variant of the peer: in each round, and the
 * median of the rounds.
 */
export const ratios = (rounds: readonly (readonly Figure[])[]): readonly Figure[] => {
  const [first = []] = rounds;
  const engines = [...new Set(first.filter(isOurs).map(({ engine }) => engine))];
  return first
    .filter(({ peer }) => peer !== undefined)
    .flatMap((theirs) => engines.map((engine) => ({ theirs, engine })))
    .flatMap(({ theirs, engine }): readonly Figure[] => {
      const { what, model, variant, peer, batch } = theirs;
      const each = rounds.flatMap((figures) => {
        const same = figures.filter((figure) => figure.what === what && figure.model === model);
        const ours = same.find((figure) => isOurs(figure) && figure.engine === engine && figure.variant !== 'streamed');
        const other = same.find((figure) => figure.peer === peer && figure.variant === variant);
        return ours === undefined || other === undefined ? [] : [speedOf(ours) / speedOf(other)];
      });
      if (each.length === 0) return [];
      return [
        {
          what: 'ratio',
          of: what,
          ...(model !== undefined && { model }),
          ...(variant !== undefined && { variant }),
          ...(engine !== undefined && { engine }),
          ...(batch !== undefined && { batch }),
          against: peer,
          rounds: each.length,
          ratio: Number(median(each).toPrecision(3)),
          each_ratio: each.map((value) => Number(value.toPrecision(3))),
        },
      ];
    });
};
