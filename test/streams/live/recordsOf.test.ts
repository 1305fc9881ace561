import { describe, expect, it } from 'vitest';
import { recordsOf } from '../../../src/streams/live/internal/recordsOf.js';

describe('recordsOf', () => {
  it.each<[string, string, readonly string[]]>([
    ['one title', 'Ferry back', ['Ferry back']],
    ['one object', '{"title":"a"}', ['{"title":"a"}']],
    ['one object over several lines', '{\n "title": "a"\n}\n', ['{\n "title": "a"\n}\n']],
    ['an object a line', '{"title":"a"}\r\n\n{"title":"b"}\n', ['{"title":"a"}', '{"title":"b"}']],
    ['a title a line', 'One\n \nTwo\rThree', ['One', 'Two', 'Three']],
    ['titles, then an object', 'One\n{"title":"a"}', ['One', '{"title":"a"}']],
    ['a broken object over several lines', '{\n "title": "a",\n', ['{\n "title": "a",\n']],
    [
      'a broken object among whole ones',
      '{"title":"a"}\n{"title":\n{"title":"b"}',
      ['{"title":"a"}', '{"title":', '{"title":"b"}'],
    ],
    ['an object of objects', '{\n{', ['{', '{']],
    ['an array over several lines', '[\n {"title":"a"}\n]', ['{"title":"a"}']],
    ['an array of objects and titles', '[{"title":"a"},"Two"," "]', ['{"title":"a"}', 'Two']],
    ['an array in a line', 'One\n[{"title":"a"},{"title":"b"}]', ['One', '{"title":"a"}', '{"title":"b"}']],
    ['an array of other values', '[{"title":"a"},7]', ['[{"title":"a"},7]']],
    ['an empty array', '[]', []],
    ['titles that begin with a bracket', '[Update] One\n[Two]', ['[Update] One', '[Two]']],
    ['nothing', ' \n\n', []],
    ['not a character', '', []],
  ])('finds %s', (_name, message, records) => {
    expect(recordsOf(message)).toEqual(records);
  });
});
