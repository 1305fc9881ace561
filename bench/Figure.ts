/** One figure, with the fields of the PyTorch peer's, and ours besides. */
export interface Figure {
  /** What was measured: train, eval, latency, pipeline, … */
  readonly what: string;
  readonly model?: string;
  readonly variant?: string;
  readonly batch?: number;
  readonly hidden?: number;
  readonly threads?: number;
  /** Which kernels: relaxed, simd or none. */
  readonly simd?: string;
  readonly backend?: string;
  /** Which JavaScript engine ours ran on, as `Node 20`. */
  readonly engine?: string;
  /** What it was measured for comparison with, and its version; absent in our own figures. */
  readonly peer?: string;
  /** Rows a second through a model. */
  readonly samples_per_s?: number;
  /** Rows a second through the data path. */
  readonly rows_per_s?: number;
  readonly p50_us?: number;
  readonly p99_us?: number;
  /** The most memory that the process ever held, in MiB. */
  readonly max_rss_mb?: number;
  readonly rounds?: number;
  readonly [field: string]: string | number | boolean | readonly number[] | undefined;
}

/** Whether a figure is of Headwater on its embedded backend, the default: no peer's, and of no other backend. */
export const isOurs = ({ backend, peer }: Figure): boolean => backend === 'headwater' && peer === undefined;

/** The engine of this process. */
export const ENGINE = `Node ${process.versions.node.split('.', 1)[0] ?? ''}`;

/** Writes figures, one JSON line each, for the process that asked for them. */
export const say = (figure: Figure): void => void process.stdout.write(`${JSON.stringify(figure)}\n`);

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** The fields that hold what was measured; the others say of what. */
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

/** Groups figures of the same thing over rounds, in the order in which they first came. */
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

/** One figure of several rounds: the medians, and what each round measured. */
export const overRounds = (figures: readonly Figure[]): Figure => {
  const [first] = figures;
  if (first === undefined) throw new Error('There is no figure to take the median of.');
  const measured = MEASURED.filter((field) => first[field] !== undefined).map((field) => {
    const each = figures.map((figure) => Number(figure[field]));
    return { [field]: rounded(median(each)), [`each_${field}`]: each };
  });
  return Object.assign({ ...first, rounds: figures.length }, ...measured) as Figure;
};
