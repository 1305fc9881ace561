/**
 * What a chart's x axis shows: from the first value to the last, and a bar's width beyond; around a single value half a
 * unit each way.
 *
 * Of the data, and not of what uPlot hands to a range function: for a single value it has spread that by a tenth
 * already, which in seconds since 1970 is years.
 *
 * @param x the values, in ascending order
 */
export const xRange = (x: readonly number[], barWidth = 0): [least: number, most: number] => {
  const [least, most] = [x[0] ?? 0, (x.at(-1) ?? 0) + barWidth];
  return least === most ? [least - 0.5, most + 0.5] : [least, most];
};
