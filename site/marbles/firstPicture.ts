import { drawDiagram } from './drawDiagram.js';
import { parseDiagram } from './parseDiagram.js';

/** The diagram of the first page. `test/docs/marbles` runs it. */
export const FIRST_DIAGRAM = parseDiagram(`
headlines:  -a-b-a-c-d---|      the second a is a repeat
            dedupe()
            microBatch({ maxSize: 2, maxWaitMs: 5 })
batches:    ---P-----Q---|
            classifyLive({ model, … })
classes:    ---(SW)--(SW)|      S: Sports;  W: World
`);

/** The colours of VitePress that a picture has when it is a file of its own. */
const GROUND = {
  light: '--vp-c-bg: #fff; --vp-c-bg-soft: #f6f6f7; --vp-c-divider: #e2e2e3;',
  dark: '--vp-c-bg: #1b1b1f; --vp-c-bg-soft: #202127; --vp-c-divider: #2e2e32;',
} as const;

/**
 * The picture of the first page as a file, which the style sheet of the page does not reach.
 *
 * @param css the style sheet of the theme, of which it takes the colours and the rules of diagrams
 * @param appearance whether the colours are the light or the dark ones
 */
export const firstPicture = (css: string, appearance: keyof typeof GROUND): string => {
  const variablesOf = (selector: string): string => css.split(`\n${selector} {`)[1]?.split('}')[0] ?? '';
  const dark = appearance === 'dark' ? variablesOf('.dark') : '';
  const rules = [...css.matchAll(/^\.marble-diagram[^{]*\{[^}]*\}/gm)].map(([rule]) => rule).join('\n');
  const style = `<style>svg { ${GROUND[appearance]} ${variablesOf(':root')} ${dark} }\n${rules}</style>`;
  return drawDiagram(FIRST_DIAGRAM, 'Headlines, in batches, and then with their classes').replace(
    '<title>',
    `${style}<title>`,
  );
};
