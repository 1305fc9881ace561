import type { CellWeights } from '../../recurrent/internal/RecurrentPass.js';
import type { KernelMachine, Resident } from './machine/KernelMachine.js';
import { WORD } from './machine/KernelMemory.js';
import { multiply, panelsOf } from './machine/products.js';

/** The size of the largest table, in bytes: 64 MiB per direction. */
const LARGEST = 2 ** 26;

/** The number of tokens that were multiplied without a table since the last change of the weights. */
const projected = new WeakMap<object, { readonly versions: string; tokens: number }>();

/**
 * a = x·W_ihᵀ + b_ih for every token of the vocabulary, cached until one of the three tensors changes.
 *
 * It is made only after the number of tokens multiplied without it reaches half the size of the vocabulary. So a single
 * batch between two training steps does not pay for the whole table. Its rows have the same bits as those of the
 * product of a batch.
 *
 * @param tokens the number of tokens that the batch must multiply without a table
 * @returns the address of the table, or undefined if it is not worth making yet or too large
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
  // The name needs no shapes: the bias fixes the number of rows of W_ih, and so its width, which is that of the
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
