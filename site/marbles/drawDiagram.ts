import { hueOf } from './hueOf.js';
import { type Diagram, type Notification, type Timeline } from './parseDiagram.js';

/** Sizes, in units of the picture. */
const FRAME = 18;
const RADIUS = 13;
const ROW = 46;
const OPERATOR_ROW = 40;
const LEGEND_ROW = 20;
const LETTER = 8;
/** How far the marbles of a group stand apart: far enough that the letter of each is seen. */
const FAN = 21;
/** The space between the marbles of a group and the line around them. */
const GAP = 4;

/** Text as it stands in XML. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const drawNext = (name: string, x: number, y: number): string =>
  `<circle class="marble hue-${hueOf(name)}" cx="${x}" cy="${y}" r="${RADIUS}"/>` +
  `<text class="letter" x="${x}" y="${y + 5}">${escapeXml(name)}</text>`;

const drawEnd = (kind: Exclude<Notification['kind'], 'next'>, x: number, y: number): string => {
  if (kind === 'complete') return `<path class="stroke" d="M${x} ${y - 15}V${y + 15}"/>`;
  if (kind === 'error')
    return `<path class="stroke failed" d="M${x - 9} ${y - 9}L${x + 9} ${y + 9}M${x + 9} ${y - 9}L${x - 9} ${y + 9}"/>`;
  const up = kind === 'subscribe' ? -1 : 1;
  return (
    `<path class="stroke" d="M${x} ${y + 12}V${y - 12}M${x - 6} ` +
    `${y + up * 5}L${x} ${y + up * 12}L${x + 6} ${y + up * 5}"/>`
  );
};

const drawTimeline = (line: Timeline, left: number, width: number, y: number): string => {
  const together = new Map<number, number>();
  const marks = line.notifications.map((notification) => {
    const before = together.get(notification.frame) ?? 0;
    together.set(notification.frame, before + 1);
    const x = left + notification.frame * FRAME + before * FAN + RADIUS;
    return notification.kind === 'next' ? drawNext(notification.name, x, y) : drawEnd(notification.kind, x, y);
  });
  const groups = [...together]
    .filter(([, count]) => count > 1)
    .map(([frame, count]) => {
      const x = left + frame * FRAME - GAP;
      const width = (count - 1) * FAN + 2 * (RADIUS + GAP);
      return (
        `<rect class="group" x="${x}" y="${y - RADIUS - GAP}" ` +
        `width="${width}" height="${2 * (RADIUS + GAP)}" rx="${RADIUS + GAP}"/>`
      );
    });
  // The first of a group lies on top.
  return (
    `<text class="name" x="0" y="${y + 5}">${escapeXml(line.name)}</text>` +
    `<path class="stroke axis" d="M${left} ${y}H${width - 4}M${width - 11} ` +
    `${y - 5}L${width - 4} ${y}L${width - 11} ${y + 5}"/>` +
    groups.join('') +
    marks.toReversed().join('')
  );
};

/**
 * Draws a marble diagram as SVG. Its colours are classes, which the style sheet of the page gives in light and dark;
 * its text is kept as the picture's description.
 *
 * @param title what the picture is called by those who hear it
 */
export const drawDiagram = ({ lines, text }: Diagram, title: string): string => {
  const timelines = lines.filter((line) => line.type === 'timeline');
  const left = Math.max(0, ...timelines.map(({ name }) => name.length)) * LETTER + 16;
  const frames = Math.max(8, ...timelines.map((line) => line.frames));
  const codes = lines.map((line) => (line.type === 'operator' ? line.code.length : 0));
  const legends = timelines.flatMap(({ legend }) => (legend === '' ? [] : legend.split(/;\s{2,}/)));
  const axis = left + frames * FRAME + 2 * RADIUS + 12;
  const width = Math.max(axis, left + Math.max(...codes) * LETTER + 24, ...legends.map((one) => left + one.length * 7));
  let y = 0;
  const drawn = lines.map((line) => {
    if (line.type === 'timeline') {
      y += ROW;
      return drawTimeline(line, left, axis, y - ROW / 2);
    }
    y += OPERATOR_ROW;
    return (
      `<rect class="operator" x="${left}" y="${y - OPERATOR_ROW + 4}" ` +
      `width="${width - left - 2}" height="${OPERATOR_ROW - 8}" rx="6"/>` +
      `<text class="code" x="${left + 12}" y="${y - OPERATOR_ROW / 2 + 5}">${escapeXml(line.code)}</text>`
    );
  });
  const explained = legends.map((legend) => {
    y += LEGEND_ROW;
    return `<text class="legend" x="${left}" y="${y - 4}">${escapeXml(legend)}</text>`;
  });
  return (
    `<svg class="marble-diagram" role="img" viewBox="0 0 ${Math.ceil(width)} ` +
    `${y + 4}" width="${Math.ceil(width)}" xmlns="http://www.w3.org/2000/svg">` +
    `<title>${escapeXml(title)}</title><desc>${escapeXml(text)}</desc>${drawn.join('')}${explained.join('')}</svg>`
  );
};
