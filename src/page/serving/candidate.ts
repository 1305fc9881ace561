import { formatCount, formatLoss, formatMs, formatScore, formatShare, NOTHING } from '../elements/format.js';

/** What one of two compared models has done. */
interface Figures {
  readonly headlines: number;
  readonly errors: number;
  readonly confidence: number | null;
  readonly classifyMs: number | null;
  readonly classes: readonly { readonly class: string; readonly headlines: number }[];
}

/** The results of one model on labels. */
interface LabelResult {
  readonly accuracy: number | null;
  readonly interval: readonly [low: number, high: number] | null;
  readonly logLoss: number | null;
}

/** A model that runs beside the model in use, as in `GET /admin/models`. */
export interface Candidate {
  readonly model: string;
  readonly type: 'shadow' | 'canary';
  /** The share of the headlines that a canary answers. */
  readonly share?: number;
  readonly compared: number;
  readonly agreed: number;
  readonly differences: readonly { readonly title: string; readonly class: string; readonly candidate: string }[];
  readonly inUse: Figures;
  readonly candidate: Figures;
  readonly labels: {
    readonly labels: number;
    readonly inUse: LabelResult;
    readonly candidate: LabelResult;
    readonly p: number;
    readonly better: 'in-use' | 'candidate' | null;
  };
}

/** A row of the comparison: a figure of both models. */
export interface ComparedFigure {
  readonly name: string;
  readonly inUse: string;
  readonly candidate: string;
}

/** The maximum number of classes in the comparison: the most frequent ones. */
const CLASSES = 20;

const agreement = ({ type, compared, agreed }: Candidate): string =>
  `agrees on ${formatScore(agreed / compared)} of ${formatCount(compared)} headlines` +
  (type === 'canary' ? ' that both classified' : '');

const verdict = ({ labels: { labels, p, better } }: Candidate): string => {
  if (labels === 0) return 'Which of them is right more often is not known, because no labels were given.';
  const on = `On ${labels === 1 ? '1 label' : `${formatCount(labels)} labels`}`;
  if (better === null) return `${on}, the difference between them can be chance (p = ${p.toFixed(2)}).`;
  const chance = p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
  return better === 'candidate'
    ? `${on}, the candidate is right more often, by more than chance (${chance}).`
    : `${on}, the candidate is right less often, by more than chance (${chance}).`;
};

/** A candidate in a few sentences: its role, how often it agrees, and whether it is right more often. */
export const describeCandidate = (candidate: Candidate): string => {
  const { model, type, share = 0, compared } = candidate;
  const name = `The candidate ${model}`;
  if (type === 'canary') {
    const agrees = compared === 0 ? '' : `, and ${agreement(candidate)}`;
    return `${name} answers ${formatScore(share)} of the headlines${agrees}. ${verdict(candidate)}`;
  }
  if (compared === 0) return `${name} has not been compared yet.`;
  return `${name} ${agreement(candidate)}. ${verdict(candidate)}`;
};

/** The figures of both models, side by side; none before the first headline. */
export const comparedFigures = ({ type, inUse, candidate, labels }: Candidate): readonly ComparedFigure[] => {
  if (inUse.headlines + candidate.headlines + candidate.errors + labels.labels === 0) return [];
  const row = (name: string, of: (figures: Figures) => string): ComparedFigure => ({
    name,
    inUse: of(inUse),
    candidate: of(candidate),
  });
  const labelRow = (name: string, of: (result: LabelResult) => string): ComparedFigure => ({
    name,
    inUse: of(labels.inUse),
    candidate: of(labels.candidate),
  });
  const totals = new Map<string, number>();
  for (const { classes } of [inUse, candidate])
    for (const { class: name, headlines } of classes) totals.set(name, (totals.get(name) ?? 0) + headlines);
  const classes = [...totals].sort(([, a], [, b]) => b - a).slice(0, CLASSES);
  const shareOf =
    (name: string) =>
    ({ headlines, classes }: Figures): string =>
      headlines === 0 ? NOTHING : formatScore((classes.find((one) => one.class === name)?.headlines ?? 0) / headlines);
  return [
    row(type === 'canary' ? 'Headlines answered' : 'Headlines compared', ({ headlines }) => formatCount(headlines)),
    row('Headlines that failed', ({ errors }) => formatCount(errors)),
    row('Mean confidence', ({ confidence }) => (confidence === null ? NOTHING : formatScore(confidence))),
    row('Time for a headline', ({ classifyMs }) => (classifyMs === null ? NOTHING : formatMs(classifyMs))),
    ...(labels.labels === 0
      ? []
      : [
          labelRow(
            `Right on ${labels.labels === 1 ? '1 label' : `${formatCount(labels.labels)} labels`}`,
            ({ accuracy }) => (accuracy === null ? NOTHING : formatScore(accuracy)),
          ),
          // A row of its own, so that the columns fit on a phone.
          labelRow('95% interval', ({ interval }) =>
            interval === null ? NOTHING : interval.map(formatShare).join('–'),
          ),
          labelRow('Log loss on labels', ({ logLoss }) => formatLoss(logLoss)),
        ]),
    ...classes.map(([name]) => row(`Share of ${name}`, shareOf(name))),
  ];
};
