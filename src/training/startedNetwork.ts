import { entriesUnder } from '../models/internal/entriesUnder.js';
import { warmStart, type WarmStartModel } from '../models/warmStart.js';
import type { WideGru } from '../models/wide/WideGruSettings.js';
import type { Split } from '../operators/rows/prepare.js';

/** The prefix of the weights of a network that is part of a sum. */
const NETWORK = 'network.';

/**
 * A new network for a split, with the weights of an older model where there is one.
 *
 * @param network the network with its initial weights; on an error it is disposed of
 * @throws HeadwaterError `HW_USAGE` if the network of the older model has other sizes
 */
export const startedNetwork = (
  network: WideGru,
  older: WarmStartModel | undefined,
  { tokenizer, labelEncoder }: Split,
): WideGru => {
  if (older === undefined) return network;
  const part = entriesUnder(NETWORK, older.weights);
  try {
    const from = part.size === 0 ? older : { ...older, weights: part };
    network.loadStateDict(warmStart(from, { weights: network.stateDict(), tokenizer, labelEncoder }));
  } catch (error) {
    network.dispose();
    throw error;
  }
  return network;
};
