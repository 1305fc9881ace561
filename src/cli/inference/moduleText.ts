/** The number of characters in a line of base64. */
const LINE = 16_384;

const linesOf = (text: string): string =>
  Array.from({ length: Math.ceil(text.length / LINE) }, (_, at) =>
    JSON.stringify(text.slice(at * LINE, (at + 1) * LINE)),
  ).join(',\n');

/**
 * The text of an ES module that classifies with a saved model and has no imports.
 *
 * @param runtime the script that declares `headwater`, with its `openClassifier`
 * @param files the artifacts by name
 * @param classes the classes of the model
 * @param about lines of a comment
 */
export const moduleText = (
  runtime: string,
  files: ReadonlyMap<string, Uint8Array>,
  classes: readonly string[],
  about: readonly string[],
): string => {
  const entries = [...files].map(
    ([file, bytes]) => `  [${JSON.stringify(file)}, bytesOf([${linesOf(Buffer.from(bytes).toString('base64'))}])],`,
  );
  return `${about.map((line) => `// ${line}`).join('\n')}
${runtime}
const bytesOf = (lines) => Uint8Array.from(atob(lines.join('')), (character) => character.charCodeAt(0));
const files = () => new Map([
${entries.join('\n')}
]);
let opened;
/** The classes, in the order of the model. */
export const classes = ${JSON.stringify(classes)};
/** Opens the model with options of its own: how many texts are classified together, and how long one waits. */
export const open = (options) => headwater.openClassifier(files(), options);
/** Classifies a text: { category, probability, distribution, known }. The model is opened at the first call. */
export const classify = async (text) => (await (opened ??= open()))(text);
export default classify;
`;
};
