/** A sample of a metric: its labels and its value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LABEL = /(?<!\w)([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

const unescaped = (value: string): string =>
  value.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));

/**
 * The samples of one metric in an exposition text.
 *
 * @see the text-based exposition format of Prometheus
 */
export const samplesOf = (text: string, name: string): readonly Sample[] =>
  text.split('\n').flatMap((line) => {
    if (!line.startsWith(name)) return [];
    const rest = line.slice(name.length);
    const [, labels = '', value = ''] = /^(?:\{(.*)\})? (\S+)/.exec(rest) ?? [];
    const number = Number(value);
    if (value === '' || Number.isNaN(number)) return [];
    return [
      {
        labels: Object.fromEntries(
          Array.from(labels.matchAll(LABEL), ([, key = '', given = '']) => [key, unescaped(given)]),
        ),
        value: number,
      },
    ];
  });
