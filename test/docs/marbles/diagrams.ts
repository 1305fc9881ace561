import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FIRST_DIAGRAM } from '../../../site/marbles/firstPicture.js';
import { type Diagram, parseDiagram, type Timeline } from '../../../site/marbles/parseDiagram.js';
import { filesUnder, root } from '../fences.js';

/** A diagram of a doc comment, and the file that it stands in, without its ending. */
export interface DocumentedDiagram {
  readonly file: string;
  readonly name: string;
  readonly diagram: Diagram;
  readonly timelines: readonly Timeline[];
}

const documented = (file: string, diagram: Diagram): DocumentedDiagram => ({
  file,
  name: basename(file, '.ts'),
  diagram,
  timelines: diagram.lines.filter((line) => line.type === 'timeline'),
});

const inComments = (info: string): readonly DocumentedDiagram[] =>
  filesUnder('src', '.ts').flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split(`* \`\`\`${info}\n`)
      .slice(1)
      .map((rest) => {
        const [comment = ''] = rest.split('* ```');
        return documented(file, parseDiagram(comment.replaceAll(/^\s*\* ?/gm, '').trimEnd()));
      }),
  );

/** Every block of code marked `marbles` in the doc comments of `src`, and the diagram of the site's first page. */
export const documentedDiagrams = (): readonly DocumentedDiagram[] => [
  ...inComments('marbles'),
  documented('site/marbles/firstPicture.ts', FIRST_DIAGRAM),
];

/** Every block marked `marbles drawn`: what happens there depends on files, a terminal or a network. */
export const drawnDiagrams = (): readonly DocumentedDiagram[] => inComments('marbles drawn');
