import { expect, it } from 'vitest';
import { ClassNames } from '../../../src/page/headlines/ClassNames.js';

it('keeps the classes of the model in use, and adds those of other models', () => {
  const names = new ClassNames(['Business', 'World']);
  const { all } = names;
  expect(['World', 'Foreign', '__proto__', 'Foreign', 'Business'].map((name) => names.indexOf(name))).toEqual([
    1, 2, 3, 2, 0,
  ]);
  expect(all).toEqual(['Business', 'World', 'Foreign', '__proto__']);
});

it('has a bound, and one name for all classes beyond it', () => {
  const names = new ClassNames(['World']);
  for (let i = 0; i < 5000; i++) names.indexOf(`class ${i}`);
  expect(names.all.length).toBe(1002);
  expect(names.all[names.indexOf('class 4999')]).toBe('another class');
});
