import { element } from '../elements/element.js';

/** How a line of a chart looks. */
export type LineLook = 'faint' | 'solid' | 'dashed';

/** What the lines of a chart are called. */
export const lineLegend = (entries: readonly (readonly [label: string, line: LineLook])[]): HTMLElement =>
  element(
    'ul',
    { class: 'legend' },
    ...entries.map(([label, line]) =>
      element('li', {}, element('span', { class: `stroke ${line}`, 'aria-hidden': 'true' }), label),
    ),
  );
