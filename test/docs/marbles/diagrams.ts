import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Diagram, parseDiagram, type Timeline } from '../../../site/marbles/parseDiagram.js';
import { filesUnder, root } from '../fences.js';

/** A diagram of a doc comment, and the file that it stands in, without its ending. */
export interface DocumentedDiagram {
  readonly file: string;
  readonly name: string;
  readonly diagram: Diagram;
  readonly timelines: readonly Timeline[];
}

/** Every block of code marked `marbles` in the doc comments of `src`. */
export const documentedDiagrams = (): readonly DocumentedDiagram[] =>
  filesUnder('src', '.ts').flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/^\s*\* ?```marbles\n([^]*?)^\s*\* ?```$/gm)].map(
      ([, comment = '']) => {
        const diagram = parseDiagram(comment.replaceAll(/^\s*\* ?/gm, '').trimEnd());
        return {
          file,
          name: basename(file, '.ts'),
          diagram,
          timelines: diagram.lines.filter((line) => line.type === 'timeline'),
        };
      },
    ),
  );
