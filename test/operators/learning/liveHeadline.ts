import type { Vocabulary } from '../../../src/contracts/live/Learning.js';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import { headline } from '../live/headline.js';

/** A headline with what matters to a test; the rest is empty. */
export const liveHeadline = (id: number, title: string, more: Partial<LiveHeadline> = {}): LiveHeadline =>
  headline({ id, title, ...more });

export const labelEncoder = LabelEncoder.of(['Sports', 'World']);

/**
 * Two words, which a `recordingModel` of two classes takes for Sports and World: its class is the first token modulo 2.
 * Other words are unknown, and World.
 */
export const cupOrVote: Vocabulary = {
  padIndex: 0,
  unknownIndex: 1,
  encode: (text) => Int32Array.from(text.split(' '), (word) => (word === 'cup' ? 2 : word === 'vote' ? 3 : 1)),
};
