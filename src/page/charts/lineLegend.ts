import { element } from '../elements/element.js';

/** The look of a line in a chart. */
export type LineLook = 'faint' | 'solid' | 'dashed';

/** The legend of the lines in a chart. */
export const lineLegend = (entries: readonly (readonly [label: string, line: LineLook])[]): HTMLElement =>
  element(
    'ul',
    { class: 'legend' },
    ...entries.map(([label, line]) =>
      element('li', {}, element('span', { class: `stroke ${line}`, 'aria-hidden': 'true' }), label),
    ),
  );
