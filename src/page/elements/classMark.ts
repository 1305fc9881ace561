import { svg } from './svg.js';

/** A shape for each of the first eight classes, in a square of 16. Classes are never distinguished by colour alone. */
const SHAPES = [
  'M8 2a6 6 0 1 1 0 12a6 6 0 0 1 0-12z',
  'M8 2l6.5 11.5h-13z',
  'M2.5 2.5h11v11h-11z',
  'M8 1l7 7-7 7-7-7z',
  'M6 2h4v4h4v4h-4v4H6v-4H2V6h4z',
  'M8 14L1.5 2.5h13z',
  'M5 2h6l3 6-3 6H5L2 8z',
  'M8 1l2 5 5 .4-3.9 3.3 1.3 5L8 12l-4.4 2.7 1.3-5L1 6.4 6 6z',
] as const;

/** The number of colours and shapes. Further classes repeat the colours, each with the next shape. */
export const HUES = SHAPES.length;

/** The number of a class's colour, from 0. */
export const hueOf = (category: number): number => category % HUES;

/** The custom property of a class's colour. */
export const hueName = (category: number): string => `--class-${hueOf(category)}`;

/** A class's mark: its shape in its colour. It adds nothing to the text beside it. */
export const classMark = (category: number): SVGElement =>
  svg(
    'svg',
    { viewBox: '0 0 16 16', 'aria-hidden': 'true', class: 'mark', 'data-hue': hueOf(category) },
    svg('path', { d: SHAPES[(category + Math.floor(category / HUES)) % HUES]! }),
  );
