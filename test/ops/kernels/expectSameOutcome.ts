import { expect } from 'vitest';
import { expectValuesClose } from '../expectClose.js';
import type { Outcome } from '../recurrent/recurrentCase.js';

/** Holds two runs to each other: results within 1e-5, gradients within 1e-4. */
export const expectSameOutcome = (actual: Outcome, expected: Outcome): void => {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, values] of actual)
    expectValuesClose(name, values, expected.get(name)!, /^(output|hidden|cell|last)$/.test(name) ? 1e-5 : 1e-4);
};
