/**
 * Converts the screen of a terminal, as written by `tmux capture-pane -e -p`, to an SVG.
 *
 * Every stretch of one colour is a text element with the position and the width of its columns. So the picture is the
 * same with any monospaced font.
 */
import stringWidth from 'string-width';

const CELL = { width: 8.4, height: 18 };
const MARGIN = 16;
const FOREGROUND = '#d4d4d4';
const BACKGROUND = '#16181d';
/**
 * The eight colours and the eight bright ones. They are dark enough to be distinguishable, and light enough for the
 * background.
 */
const COLORS = [
  '#5c6370',
  '#f0717b',
  '#8cc570',
  '#e5c07b',
  '#61afef',
  '#c88ae0',
  '#4fc1c9',
  '#d4d4d4',
  '#7f848e',
  '#ff8b94',
  '#a9dc8f',
  '#f2d59b',
  '#8ac6ff',
  '#dda5f2',
  '#79dbe2',
  '#ffffff',
];

const PLAIN = { color: FOREGROUND, bold: false, dim: false };

/** The style after an escape sequence that changes it. */
const styled = (style, codes) => {
  let next = style;
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) next = PLAIN;
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code === 49) continue;
    else if (code === 39) next = { ...next, color: FOREGROUND };
    else if (code >= 30 && code <= 37) next = { ...next, color: COLORS[code - 30] };
    else if (code >= 90 && code <= 97) next = { ...next, color: COLORS[code - 82] };
    else throw new Error(`This script does not know the escape sequence ESC[${codes}m.`);
  }
  return next;
};

/** A line as stretches of one style. The style at its end is the initial style of the next line. */
const stretchesOf = (line, first) => {
  const stretches = [];
  let style = first;
  let column = 0;
  for (const [token, codes] of line.matchAll(/\u001b\[([\d;]*)m|[^\u001b]+/g)) {
    if (codes !== undefined) style = styled(style, codes === '' ? '0' : codes);
    else {
      stretches.push({ text: token, column, width: stringWidth(token), style });
      column += stringWidth(token);
    }
  }
  return { stretches, style };
};

// Without this, consecutive spaces would be drawn as one.
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('  ', '\u00a0\u00a0');
const number = (value) => String(Math.round(value * 100) / 100);

const textElement = ({ text, column, width, style: { color, bold, dim } }, row) => {
  // Spaces at the ends are empty and need not be drawn.
  const lead = text.length - text.trimStart().length;
  const shown = text.trim();
  if (shown === '') return '';
  const columns = width - (text.length - shown.length);
  const position =
    `x="${number(MARGIN + (column + lead) * CELL.width)}" y="${number(MARGIN + (row + 0.75) * CELL.height)}" ` +
    `textLength="${number(columns * CELL.width)}"`;
  return (
    `<text ${position} ` +
    `fill="${color}"${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.55"' : ''}>${escaped(shown)}</text>\n`
  );
};

export const screenSvg = (screen, columns, title) => {
  const lines = screen.trimEnd().split('\n');
  let style = PLAIN;
  let drawn = '';
  lines.forEach((line, row) => {
    const parsed = stretchesOf(line, style);
    style = parsed.style;
    for (const stretch of parsed.stretches) drawn += textElement(stretch, row);
  });
  const width = number(2 * MARGIN + columns * CELL.width);
  const height = number(2 * MARGIN + lines.length * CELL.height);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<title>${title}</title>
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve">
${drawn}</g>
</svg>
`;
};
