/** The distinct tokens among the pairs (step, row) of a direction. */
export interface DistinctTokens {
  /** The tokens, in the order of their first pair, shape [U]. */
  readonly tokens: Int32Array;
  /** Each pair's place among them, shape [N]. */
  readonly place: Int32Array;
}

/**
 * Finds the distinct tokens of the pairs.
 *
 * @param tokens the batch's tokens
 * @param index each pair's place in the batch
 * @param slots working memory of the vocabulary's size, all zeros; it is left so
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
 * The pairs of each distinct token, one token's after the other's in rising order, and where each one's begin: shapes
 * [N] and [U + 1].
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
