import { type Cells, markdown } from './tables.js';

/**
 * Writes tables between the markers of a page of Markdown.
 *
 * @param text the page
 * @param name the name of the page in a message
 * @param tables the tables by the name of their marker
 */
export const fillTables = (text: string, name: string, tables: Readonly<Record<string, Cells>>): string =>
  Object.entries(tables).reduce((page, [marker, cells]) => {
    const between = new RegExp(`(<!-- figures: ${marker} -->\\n)[^]*?(<!-- end -->)`);
    if (!between.test(page)) throw new Error(`${name} has no place for the figures "${marker}".`);
    return page.replace(between, (_, begin: string, end: string) => `${begin}\n${markdown(cells)}\n\n${end}`);
  }, text);
