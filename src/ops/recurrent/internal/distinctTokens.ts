/** The distinct tokens among the pairs (step, row) of a direction. */
export interface DistinctTokens {
  /** The tokens, in the order of their first pair, shape [U]. */
  readonly tokens: Int32Array;
  /** The index of each pair's token in `tokens`, shape [N]. */
  readonly place: Int32Array;
}

/**
 * Finds the distinct tokens of the pairs.
 *
 * @param tokens the batch's tokens
 * @param index the position of each pair in the batch
 * @param slots working memory of the size of the vocabulary, all zeros before and after the call
 */
export const distinctTokens = (tokens: Int32Array, index: Int32Array, slots: Int32Array): DistinctTokens => {
  const found = new Int32Array(index.length);
  const place = new Int32Array(index.length);
  let count = 0;
  for (let pair = 0; pair < index.length; pair++) {
    const token = tokens[index[pair]!]!;
    if (slots[token] === 0) {
      found[count] = token;
      slots[token] = ++count;
    }
    place[pair] = slots[token]! - 1;
  }
  for (let i = 0; i < count; i++) slots[found[i]!] = 0;
  return { tokens: found.subarray(0, count), place };
};

/**
 * The pairs grouped by distinct token, in rising order within a token, and the offset of the first pair of each token:
 * shapes [N] and [U + 1].
 */
export const pairsByToken = ({
  tokens,
  place,
}: DistinctTokens): { readonly members: Int32Array; readonly starts: Int32Array } => {
  const starts = new Int32Array(tokens.length + 1);
  for (let pair = 0; pair < place.length; pair++) starts[place[pair]! + 1]!++;
  for (let i = 0; i < tokens.length; i++) starts[i + 1]! += starts[i]!;
  const next = starts.slice();
  const members = new Int32Array(place.length);
  for (let pair = 0; pair < place.length; pair++) members[next[place[pair]!]!++] = pair;
  return { members, starts };
};
