import type { CellWeights } from '../../recurrent/internal/RecurrentPass.js';
import type { KernelMachine, Resident } from './machine/KernelMachine.js';
import { WORD, multiply, panelsOf } from './products.js';

/** The largest table that is made, in bytes: 64 MiB a direction. */
const LARGEST = 2 ** 26;

/** How many tokens were multiplied one batch at a time since the weights last changed. */
const projected = new WeakMap<object, { readonly versions: string; tokens: number }>();

/**
 * a = x·W_ihᵀ + b_ih for every token of the vocabulary, kept until one of the three changes.
 *
 * It is made once half as many tokens as the vocabulary has were multiplied without it: a single batch between two
 * training steps is not made to pay for all. Its rows have the same bits as those of the product of a batch.
 *
 * @param tokens how many tokens the batch would have to multiply
 * @returns its address, or undefined where it is not worth it yet, or too large
 */
export const projectionTable = (
  machine: KernelMachine,
  embeddings: Resident,
  { weight_ih, bias_ih }: CellWeights<Resident>,
  tokens: number,
): number | undefined => {
  const [vocabularySize] = embeddings.shape as [number, number];
  const bytes = vocabularySize * weight_ih.shape[0]! * WORD;
  if (bytes > LARGEST) return undefined;
  // Of no other shapes under the same name: the bias has one value a row of W_ih, whose width is then that of the
  // embeddings.
  const sources = [weight_ih.id!, embeddings.id!, bias_ih.id!] as const;
  const known = machine.derived.find('projections', sources);
  if (known !== undefined) return known;
  const versions = sources.map((id) => machine.derived.versionOf(id)).join();
  const before = projected.get(weight_ih.id!);
  const sum = tokens + (before?.versions === versions ? before.tokens : 0);
  projected.set(weight_ih.id!, { versions, tokens: sum });
  if (sum < vocabularySize / 2) return undefined;
  return machine.derived.get('projections', sources, bytes, (table) =>
    multiply(machine, embeddings.at, vocabularySize, panelsOf(machine, weight_ih, true), bias_ih.at, table),
  );
};
