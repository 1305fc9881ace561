import type pc from 'picocolors';

type Paint = ReturnType<typeof pc.createColors>;

/**
 * Colours that are visible on dark and on light backgrounds. Red is the last of the plain ones, because failures use it
 * too.
 */
const COLORS = [
  'cyan',
  'yellow',
  'green',
  'magenta',
  'blue',
  'red',
  'cyanBright',
  'yellowBright',
  'greenBright',
  'magentaBright',
  'blueBright',
  'redBright',
] as const;

/**
 * A colour for each class, by its position among the model's classes. It is the same in every frame and in every run of
 * the same model.
 *
 * @returns the paint function of a class by its name; for an unknown name, one that leaves the text unchanged
 */
export const classPaints = (
  classes: readonly string[],
  paint: Paint,
): ((category: string) => (text: string) => string) => {
  const painters = new Map(
    classes.map((category, index) => [category, paint[COLORS[index % COLORS.length] ?? 'cyan']]),
  );
  return (category) => painters.get(category) ?? ((text) => text);
};
