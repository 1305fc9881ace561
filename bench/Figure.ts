/** One figure, with the fields of the PyTorch peer and additional fields of Headwater. */
export interface Figure {
  /** What was measured: train, eval, latency, pipeline, … */
  readonly what: string;
  readonly model?: string;
  readonly variant?: string;
  readonly batch?: number;
  readonly hidden?: number;
  readonly threads?: number;
  /** The kernels: relaxed, simd or none. */
  readonly simd?: string;
  readonly backend?: string;
  /** The JavaScript engine of Headwater's figure, such as `Node 20`. */
  readonly engine?: string;
  /** The peer and its version, for a comparison; left out in Headwater's own figures. */
  readonly peer?: string;
  /** Rows per second through a model. */
  readonly samples_per_s?: number;
  /** Rows per second through the data path. */
  readonly rows_per_s?: number;
  readonly p50_us?: number;
  readonly p99_us?: number;
  /** The peak memory of the process, in MiB. */
  readonly max_rss_mb?: number;
  readonly rounds?: number;
  readonly [field: string]: string | number | boolean | readonly number[] | undefined;
}

/** Whether a figure is one of Headwater on its default backend (the embedded one), not of a peer or another backend. */
export const isOurs = ({ backend, peer }: Figure): boolean => backend === 'headwater' && peer === undefined;

/** The engine of this process. */
export const ENGINE = `Node ${process.versions.node.split('.', 1)[0] ?? ''}`;

/** Writes a figure as one JSON line, for the parent process. */
export const say = (figure: Figure): void => void process.stdout.write(`${JSON.stringify(figure)}\n`);

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** The fields with measured values; the other fields say what was measured. */
const MEASURED = [
  'samples_per_s',
  'rows_per_s',
  'first_rows_per_s',
  'p50_us',
  'p99_us',
  'max_rss_mb',
  'gflops',
  'ms',
] as const;

const isMeasured = (field: string): boolean => (MEASURED as readonly string[]).includes(field);

const identity = (figure: Figure): string =>
  JSON.stringify(Object.entries(figure).filter(([field]) => !isMeasured(field)));

/** Groups figures of the same thing over rounds, in the order of their first occurrence. */
export const byThing = (figures: readonly Figure[]): readonly (readonly Figure[])[] => {
  const groups = new Map<string, Figure[]>();
  for (const figure of figures) {
    const thing = identity(figure);
    const group = groups.get(thing);
    if (group === undefined) groups.set(thing, [figure]);
    else group.push(figure);
  }
  return [...groups.values()];
};

const rounded = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(4)));

/** Combines a figure's rounds: the medians, and the values of each round. */
export const overRounds = (figures: readonly Figure[]): Figure => {
  const [first] = figures;
  if (first === undefined) throw new Error('There is no figure to take the median of.');
  const measured = MEASURED.filter((field) => first[field] !== undefined).map((field) => {
    const each = figures.map((figure) => Number(figure[field]));
    return { [field]: rounded(median(each)), [`each_${field}`]: each };
  });
  return Object.assign({ ...first, rounds: figures.length }, ...measured) as Figure;
};
