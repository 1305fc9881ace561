import * as t from 'io-ts';
import { withShortcut } from './internal/codecShortcut.js';

const nonBlank = (name: string): t.Type<string> => {
  const is = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
  return new t.Type(
    name,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  );
};

const title = nonBlank('a non-blank title');
const category = nonBlank('a non-blank category');

/**
 * The codec of a headline with its class. It reads the columns `title` and `category`, which must not be blank. Other
 * columns are left out.
 *
 * @example
 * ```ts
 * import { headlineRow } from 'headwater';
 * headlineRow.is({ title: 'Ferry returns to port', category: 'World' }); // true
 * headlineRow.is({ title: ' ', category: 'World' }); // false
 * ```
 */
export const headlineRow = withShortcut(
  t.exact(t.readonly(t.type({ title, category })), 'a headline with its category'),
  (fields, id) => ({
    title: fields.title,
    category: fields.category,
    id,
  }),
);

/**
 * The codec of a headline without a label. It reads the column `title`, which must not be blank. Other columns are left
 * out.
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { decode, headlineOnly } from 'headwater';
 *
 * const fields = { title: 'Late goal wins the cup', author: 'A. Writer' };
 * of({ id: 0, source: 'news.csv', line: 2, byte: 0, fields })
 *   .pipe(decode(headlineOnly))
 *   .subscribe((row) => console.log(row)); // { title: 'Late goal wins the cup', id: 0 }
 * ```
 */
export const headlineOnly = withShortcut(t.exact(t.readonly(t.type({ title })), 'a headline'), (fields, id) => ({
  title: fields.title,
  id,
}));
