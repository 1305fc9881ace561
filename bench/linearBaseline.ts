/**
 * Multinomial logistic regression on TF-IDF words: the linear model that a recurrent one has to beat.
 *
 * The weighting is the usual smoothed one, idf(w) = ln((1 + n) / (1 + df(w))) + 1 with rows scaled to length 1, and the
 * objective Σ cross-entropy + ½‖W‖² (C = 1, the intercepts free), as scikit-learn's TfidfVectorizer and
 * LogisticRegression define them. It is minimised by Nesterov's accelerated gradient for strongly convex functions
 * (Lectures on Convex Optimization, 2018, scheme 2.2.22) until the gradient is small.
 */

interface SparseRow {
  readonly words: Int32Array;
  readonly values: Float64Array;
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];

const countWords = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

/**
 * Learns the vocabulary and inverse document frequencies of the texts; returns the function that turns a text into its
 * row.
 */
const fitTfIdf = (texts: readonly string[]): { readonly size: number; readonly row: (text: string) => SparseRow } => {
  const index = new Map<string, number>();
  const frequency: number[] = [];
  for (const text of texts) {
    for (const word of countWords(text).keys()) {
      const known = index.get(word);
      if (known === undefined) index.set(word, frequency.push(1) - 1);
      else frequency[known] = (frequency[known] ?? 0) + 1;
    }
  }
  const idf = frequency.map((df) => Math.log((1 + texts.length) / (1 + df)) + 1);
  const row = (text: string): SparseRow => {
    const known = [...countWords(text)].flatMap(([word, count]) => {
      const i = index.get(word);
      return i === undefined ? [] : [{ i, value: count * (idf[i] ?? 0) }];
    });
    const norm = Math.hypot(...known.map(({ value }) => value)) || 1;
    return {
      words: Int32Array.from(known, ({ i }) => i),
      values: Float64Array.from(known, ({ value }) => value / norm),
    };
  };
  return { size: frequency.length, row };
};

/**
 * Fits the model.
 *
 * @param texts one text a row, as it was written
 * @param labels each row's class index
 * @param classes the number of classes
 * @returns the function that predicts a text's class index
 */
export const fitLinearBaseline = (
  texts: readonly string[],
  labels: ArrayLike<number>,
  classes: number,
): ((text: string) => number) => {
  const { size, row } = fitTfIdf(texts);
  const rows = texts.map(row);
  const n = rows.length;
  const decay = 1 / n;
  // One more "word" a class, always 1 and not decayed, is the intercept.
  const width = size + 1;
  const scores = (w: Float64Array, { words, values }: SparseRow): number[] =>
    Array.from({ length: classes }, (_, c) => {
      let sum = w[c * width + size]!;
      for (let k = 0; k < words.length; k++) sum += w[c * width + words[k]!]! * values[k]!;
      return sum;
    });
  const gradient = (w: Float64Array): Float64Array => {
    const g = new Float64Array(w.length);
    rows.forEach((r, i) => {
      const s = scores(w, r);
      const top = Math.max(...s);
      const e = s.map((x) => Math.exp(x - top));
      const total = e.reduce((a, b) => a + b, 0);
      for (let c = 0; c < classes; c++) {
        const d = (e[c]! / total - (labels[i] === c ? 1 : 0)) / n;
        for (let k = 0; k < r.words.length; k++) g[c * width + r.words[k]!]! += d * r.values[k]!;
        g[c * width + size]! += d;
      }
    });
    for (let c = 0; c < classes; c++) for (let j = 0; j < size; j++) g[c * width + j]! += decay * w[c * width + j]!;
    return g;
  };
  // The softmax's Hessian is at most ½, and a row with its intercept has squared length 2: the gradient's Lipschitz
  // constant is 1 + decay.
  const lipschitz = 1 + decay;
  const q = Math.sqrt(decay / lipschitz);
  const momentum = (1 - q) / (1 + q);
  let w: Float64Array = new Float64Array(classes * width);
  let previous = w;
  for (let step = 0; step < 2000; step++) {
    const ahead = w.map((x, j) => x + momentum * (x - previous[j]!));
    const g = gradient(ahead);
    previous = w;
    w = ahead.map((x, j) => x - g[j]! / lipschitz);
    if (g.every((x) => Math.abs(x) < 1e-5)) break;
  }
  return (text) => {
    const s = scores(w, row(text));
    return s.indexOf(Math.max(...s));
  };
};
