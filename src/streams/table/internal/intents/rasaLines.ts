/** The beginning of training data of Rasa: YAML, or Markdown in older versions. */
const BEGINNING = /^(\s|<!--((?!-->).)*-->|---\s|#(?!#).*\n|version: .*\n)*(nlu:\s|## intent:)/;

const INTENT = /^\s*(?:-\s+intent:|## intent:)\s*["']?([^"'\s]+)/;
/** Other parts beside intents: `- lookup: city` and `## synonym:NYC`. */
const OTHER_PART = /^\s*-\s+(?:lookup|synonym|regex):|^#/;
/** The sections of a file in YAML: `nlu:`, `stories:`. */
const SECTION = /^(\w+):/;
const EXAMPLE = /^\s*-\s(.*)$/;
/** `[Berlin](city)` and `[Berlin]{"entity": "city"}`. */
const ENTITY = /\[([^[\]]*)\](?:\([^)]*\)|\{[^}]*\})/g;

/** Whether a text begins as training data of Rasa. */
export const isRasa = (text: string): boolean => BEGINNING.test(text);

/**
 * The examples of the intents of Rasa as JSON lines, without the marks of entities. Other parts, such as synonyms and
 * stories, are not read.
 *
 * The format: https://rasa.com/docs/rasa/training-data-format
 */
export const linesOfRasa = (text: string): string => {
  let label: string | undefined;
  let section: string | undefined;
  /** Whether the text of an example begins in the next line: `- text: |`. */
  let isBelow = false;
  const lines: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const begun = SECTION.exec(line)?.[1];
    if (begun !== undefined) section = begun;
    if (begun !== undefined || (section !== undefined && section !== 'nlu')) continue;
    const intent = INTENT.exec(line)?.[1];
    const written: string | undefined = isBelow ? line : EXAMPLE.exec(line)?.[1];
    isBelow = false;
    if (intent !== undefined) label = intent;
    else if (OTHER_PART.test(line)) label = undefined;
    else if (label !== undefined && written !== undefined) {
      const example: string = written
        .trim()
        .replace(/^text:\s*/, '')
        .replace(ENTITY, '$1');
      isBelow = example === '|' || example === '';
      if (!isBelow) lines.push(`${JSON.stringify({ text: example, intent: label })}\n`);
    }
  }
  return lines.join('');
};
