import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawDiagram } from '../../../site/marbles/drawDiagram.js';
import { parseDiagram } from '../../../site/marbles/parseDiagram.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { filesUnder, root } from '../fences.js';
import { CASES } from './cases.js';
import { documentedDiagrams, drawnDiagrams } from './diagrams.js';

const diagrams = documentedDiagrams();

describe('the marble diagrams of the documentation', () => {
  it('are each run, and there is a run for nothing else', () => {
    expect(diagrams.length).toBeGreaterThan(20);
    expect(diagrams.map(({ name }) => name).toSorted()).toEqual(Object.keys(CASES).toSorted());
  });

  it.each(diagrams)('show what happens: $file', ({ name, timelines }) => {
    const marbles = (line: string): string => {
      const found = timelines.find((timeline) => timeline.name === line);
      if (found === undefined) throw new Error(`The diagram has no line ${line}.`);
      return found.marbles;
    };
    const shown = runMarbles((helpers) => {
      const results =
        CASES[name]?.({
          helpers,
          marbles,
          play: (line, values) => helpers.cold(marbles(line), values),
        }) ?? {};
      for (const [line, result$] of Object.entries(results)) helpers.expectObservable(result$).toBe(marbles(line));
      return Object.keys(results);
    });
    // Every line is a source, or was compared.
    expect(shown.length).toBeGreaterThan(0);
    expect(timelines.slice(-1).map((timeline) => timeline.name)).toEqual(shown.slice(-1));
  });

  it('are only drawn where files, a terminal or a network decide what comes when', () => {
    for (const { file, diagram } of drawnDiagrams()) {
      expect(file).toMatch(/^src\/(brokers|checkpoints|server|sinks|streams|training)\//);
      expect(diagram.lines.length, file).toBeGreaterThan(1);
    }
  });

  it('are pictures: no export of the package has one as text alone', () => {
    const exporting = filesUnder('src/entries', '.ts').flatMap((entry) =>
      [...readFileSync(join(root, entry), 'utf8').matchAll(/ from '\.\.\/(.*)\.js';/g)].map(
        ([, path = '']) => `src/${path}.ts`,
      ),
    );
    const asText = exporting.filter((file) =>
      /\* ```\n[^`]*^ \*.*:? +[-^]-*[a-z]-|^ \* {5}\S+: +-[a-z]?-/m.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(asText).toEqual([]);
  });
});

describe('a picture of a marble diagram', () => {
  const text = 'source: --a-(bc)-|   a: <one>;  b: "two"\n        map()\nresult: ---x-#';
  const diagram = parseDiagram(text);

  it('knows what comes when', () => {
    expect(diagram.lines).toMatchObject([
      {
        name: 'source',
        marbles: '--a-(bc)-|',
        notifications: [
          { kind: 'next', frame: 2, name: 'a' },
          { kind: 'next', frame: 4, name: 'b' },
          { kind: 'next', frame: 4, name: 'c' },
          { kind: 'complete', frame: 9 },
        ],
      },
      { type: 'operator', code: 'map()' },
      { notifications: [{ frame: 3 }, { kind: 'error', frame: 5 }] },
    ]);
  });

  it('has a marble for each value, a name, and the text for those who hear it', () => {
    const svg = drawDiagram(diagram, 'Marble diagram of map()');
    expect(svg.match(/<circle/g)).toHaveLength(4);
    expect(svg).toContain('role="img"');
    expect(svg).toContain('<title>Marble diagram of map()</title>');
    expect(svg).toContain('a: &lt;one&gt;');
    expect(svg).not.toContain('<one>');
  });
});
