import type { Rejection } from '../../src/contracts/rows/Rejection.js';

export const rejection = (id: number, change: Partial<Rejection> = {}): Rejection => ({
  type: 'rejection',
  reason: 'field',
  id,
  source: 'news.csv',
  line: id + 2,
  byte: 50 * id,
  field: 'title',
  expected: 'a non-empty string',
  got: '',
  ...change,
});
