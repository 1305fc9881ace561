import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvOf, jsonLinesOf } from '../../../src/page/headlines/exportHeadlines.js';
import { seenHeadline } from './headline.js';

const exported = { ...seenHeadline(), class: 'World', label: 'Sports' };

describe('an export', () => {
  it('is a table that quotes what it has to, and makes no formula of a title', () => {
    const table = csvOf([{ ...exported, title: '=1+"1", he\nsaid', link: undefined, label: undefined }]);
    // Excel reads a table without a byte order mark in the encoding of its system.
    expect(table.startsWith('\ufeffseen,title,')).toBe(true);
    expect(parse(table, { columns: true, bom: true })).toEqual([
      {
        seen: '1970-01-01T00:10:00.000Z',
        title: `'=1+"1", he\nsaid`,
        class: 'World',
        probability: '0.62',
        read: 'true',
        label: '',
        source: exported.source,
        link: '',
        guid: 'n1',
      },
    ]);
  });

  it('is JSON lines', () => {
    expect(jsonLinesOf([exported, exported]).split('\n')).toHaveLength(3);
    expect(JSON.parse(jsonLinesOf([exported]))).toEqual({
      seen: '1970-01-01T00:10:00.000Z',
      title: exported.title,
      class: 'World',
      probability: 0.62,
      read: true,
      label: 'Sports',
      source: exported.source,
      link: exported.link,
      guid: 'n1',
    });
  });
});
