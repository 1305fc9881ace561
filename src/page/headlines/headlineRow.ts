import { classMark } from '../elements/classMark.js';
import { element } from '../elements/element.js';
import { formatShare, formatTime } from '../elements/format.js';
import type { SeenHeadline } from './HeadlineRing.js';

/** What a row needs for drawing. */
export interface RowStyle {
  /** The names of the classes, by index. */
  readonly classes: readonly string[];
  /** The title of a source. */
  readonly nameOf: (source: string) => string;
  /** The class that somebody assigned to a headline. */
  readonly labelOf: (headline: SeenHeadline) => number | undefined;
}

/** The address of an article, if it is a web address. */
export const articleOf = (link: string | undefined): string | undefined =>
  link !== undefined && /^https?:/i.test(link) ? link : undefined;

const shareCell = ({ unread, probability }: SeenHeadline): HTMLElement =>
  // A guess has no probability, because no word of the title was read.
  unread
    ? element(
        'span',
        {
          class: 'headline-share',
          role: 'gridcell',
          title: 'The model knows none of the words of this title. Its class is a guess.',
        },
        'not read',
      )
    : element('span', { class: 'headline-share', role: 'gridcell' }, formatShare(probability));

const labelMark = (name: string, isRight: boolean): HTMLElement =>
  element(
    'span',
    { class: 'headline-label', 'data-right': isRight, title: `labelled ${name}` },
    element('span', { 'aria-hidden': 'true' }, isRight ? '✓ ' : '→ '),
    element('span', { class: 'hidden' }, 'labelled '),
    name,
  );

/** The cells of a headline's row, in reading order. */
export const headlineCells = (headline: SeenHeadline, { classes, nameOf, labelOf }: RowStyle): readonly Node[] => {
  const { title, category, seen, source, link } = headline;
  const label = labelOf(headline);
  const article = articleOf(link);
  return [
    classMark(category),
    element('span', { class: 'headline-title', role: 'gridcell', dir: 'auto', title }, title),
    element(
      'span',
      { class: 'headline-class', role: 'gridcell' },
      element('span', { title: classes[category] ?? '' }, classes[category] ?? 'unknown'),
      ...(label === undefined ? [] : [labelMark(classes[label] ?? '', label === category)]),
    ),
    shareCell(headline),
    element(
      'span',
      { class: 'headline-origin', role: 'gridcell' },
      element('span', { class: 'headline-source', title: source }, nameOf(source)),
      element('time', { class: 'headline-time', datetime: new Date(seen).toISOString() }, formatTime(seen)),
    ),
    element(
      'span',
      { class: 'headline-open', role: 'gridcell' },
      ...(article === undefined
        ? []
        : [
            element(
              'a',
              {
                href: article,
                target: '_blank',
                rel: 'noopener noreferrer',
                tabindex: -1,
                'aria-label': `Open the article: ${title}`,
              },
              '↗',
            ),
          ]),
    ),
  ];
};
