import type pc from 'picocolors';

type Paint = ReturnType<typeof pc.createColors>;

/** Colours that can be told apart on dark and on light. Red comes last of the plain ones: failures have it too. */
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
 * A colour for each class, by its place among the model's classes: the same in every frame, and in every run of the
 * same model.
 *
 * @returns the painter of a class by its name; of a name that is no class, one that leaves it as it is
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
