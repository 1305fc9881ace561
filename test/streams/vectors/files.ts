/** Words and vectors, and each format's bytes of them. */
export type Words = readonly (readonly [word: string, values: readonly number[]])[];

export const gloveText = (words: Words): string =>
  words.map(([word, values]) => `${[word, ...values].join(' ')}\n`).join('');

export const word2vecText = (words: Words): string =>
  `${words.length} ${words[0]?.[1].length ?? 0}\n${gloveText(words)}`;

/** fastText ends its lines with a space. */
export const fastTextVec = (words: Words): string => word2vecText(words).replaceAll('\n', ' \n').replace(' \n', '\n');

export const word2vecBinary = (words: Words, lineBreaks = true): Buffer =>
  Buffer.concat([
    Buffer.from(`${words.length} ${words[0]?.[1].length ?? 0}\n`),
    ...words.flatMap(([word, values]) => [
      Buffer.from(`${word} `),
      Buffer.from(Float32Array.from(values).buffer),
      Buffer.from(lineBreaks ? '\n' : ''),
    ]),
  ]);

export const winkJson = (words: Words): string =>
  JSON.stringify({
    precision: 8,
    size: words.length,
    dimensions: words[0]?.[1].length ?? 0,
    words: ['vectors', ...words.map(([word]) => word)],
    vectors: 0,
  }).replace(
    /0\}$/,
    () =>
      `{${words.map(([word, values], rank) => `${JSON.stringify(word)}:${JSON.stringify([...values, 1.5, rank])}`).join(',')}},"unkVector":[0]}\n`,
  );
