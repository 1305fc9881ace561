/**
 * The range of a chart's x axis: from the first value to the last, plus the width of a bar; for a single value, half a
 * unit in each direction.
 *
 * It is computed from the data and not from the arguments of uPlot's range function. For a single value, uPlot has
 * already extended these by a tenth, which is years for seconds since 1970.
 *
 * @param x the values, in ascending order
 */
export const xRange = (x: readonly number[], barWidth = 0): [least: number, most: number] => {
  const [least, most] = [x[0] ?? 0, (x.at(-1) ?? 0) + barWidth];
  return least === most ? [least - 0.5, most + 0.5] : [least, most];
};
