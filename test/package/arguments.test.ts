import { describe, expect, it } from 'vitest';
import * as kafka from '../../src/entries/kafka.js';
import * as nats from '../../src/entries/nats.js';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import * as headwater from '../../src/index.js';
import * as testing from '../../src/testing/index.js';
import { errorOf, type Callable } from './errorOf.js';

const exported: readonly (readonly [string, unknown])[] = Object.entries({
  ...headwater,
  ...nats,
  ...kafka,
  ...testing,
});

/**
 * Functions that operators call for each text or epoch with arguments that are checked already, and a class with a
 * private constructor.
 */
const UNCHECKED: ReadonlySet<string> = new Set(['foldCase', 'preprocessText', 'recordEpoch', 'Tokenizer']);

describe('arguments of the exported functions', () => {
  const functions = exported.filter((entry): entry is readonly [string, Callable] => typeof entry[1] === 'function');

  it.each([
    ['no arguments', []],
    ['an empty object', [{}]],
  ])('%s are refused by a sentence that names the function, or accepted', async (_, args) => {
    const wrong: string[] = [];
    for (const [name, value] of functions) {
      if (UNCHECKED.has(name)) continue;
      const error = await errorOf(value, args);
      if (error === undefined) continue;
      if (!(error instanceof HeadwaterError))
        wrong.push(`${name}: ${error instanceof Error ? error.message : typeof error}`);
      else expect(error.message, name).toMatch(/^[^\n]*\.$/);
    }
    expect(wrong).toEqual([]);
  });
});
