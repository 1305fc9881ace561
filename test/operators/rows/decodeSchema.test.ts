import { type } from 'arktype';
import { of, toArray } from 'rxjs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import type { SourceRow } from '../../../src/contracts/rows/Row.js';
import { decode } from '../../../src/operators/rows/decode.js';

const row = (id: number, stars: string): SourceRow => ({
  id,
  source: 'reviews.csv',
  line: id + 2,
  byte: 10 * id,
  fields: { text: 'Very good', stars },
});

const schemas = {
  zod: z.object({ text: z.string(), stars: z.coerce.number().int() }),
  valibot: v.object({ text: v.string(), stars: v.pipe(v.string(), v.transform(Number), v.integer()) }),
  arktype: type({ text: 'string', stars: 'string.integer.parse' }),
};

describe('decode with a Standard Schema', () => {
  it.each(Object.entries(schemas))(
    'emits what %s makes of the fields, and rejects what it refuses',
    (_name, schema) => {
      const rejections: Rejection[] = [];
      let emitted: readonly object[] = [];
      of(row(0, '5'), row(1, 'five'))
        .pipe(decode(schema, { rejections: { next: (rejection) => void rejections.push(rejection) } }), toArray())
        .subscribe((rows) => (emitted = rows));
      expect(emitted).toEqual([{ id: 0, text: 'Very good', stars: 5 }]);
      expect(rejections).toMatchObject([{ reason: 'field', id: 1, line: 3, field: 'stars', got: 'five' }]);
      expect(rejections[0]?.expected).not.toBe('');
    },
  );

  it('refuses a schema that answers with a promise', () => {
    const slow = z.object({ text: z.string().refine(async (text) => Promise.resolve(text !== '')) });
    let code: unknown;
    of(row(0, '5'))
      .pipe(decode(slow))
      .subscribe({ error: (error: { code?: unknown }) => (code = error.code) });
    expect(code).toBe('HW_USAGE');
  });
});
