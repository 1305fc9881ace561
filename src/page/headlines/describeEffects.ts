import type { WordEffect } from '../../contracts/live/Live.js';
import { formatPoints } from '../elements/format.js';

/** An effect below this value counts as none in the picture. */
export const SLIGHT = 0.0005;

/** Describes the words with the largest effects on a prediction. */
export const describeEffects = (category: string, words: readonly WordEffect[]): string => {
  const moving = words
    .filter(({ effect }) => Math.abs(effect) >= SLIGHT)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  if (moving.length === 0)
    return `No single word moved it: without any one of them it is as much ${category} as with it.`;
  const said = moving.slice(0, 3).map(({ word, effect }) => `${word} (${formatPoints(effect)} points)`);
  return `What moved ${category} most: ${said.join(', ')}.`;
};
