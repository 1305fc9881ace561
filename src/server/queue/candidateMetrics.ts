import { Counter, Gauge, type Registry } from 'prom-client';
import type { GenerationsView } from '../generations/Generations.js';

/** The two models of a comparison, as values of the label `role`. */
const ROLES = { inUse: 'in-use', candidate: 'candidate' } as const;

/**
 * Adds the metrics of the comparison with a candidate to a registry. They are read from the comparison for each request
 * of the metrics. Without a candidate they have no values.
 */
export const candidateMetrics = (registry: Registry, models: () => GenerationsView): void => {
  const registers = [registry];

  new Counter<'model' | 'agrees'>({
    name: 'headwater_candidate_headlines_total',
    help: 'Headlines that the candidate and the model in use classified, by whether both say the same',
    labelNames: ['model', 'agrees'] as const,
    registers,
    collect() {
      const { candidate } = models();
      this.reset();
      if (candidate === null) return;
      const { model, compared, agreed } = candidate;
      this.inc({ model, agrees: 'true' }, agreed);
      this.inc({ model, agrees: 'false' }, compared - agreed);
    },
  });
  new Counter<'model'>({
    name: 'headwater_candidate_errors_total',
    help: 'Headlines that the candidate failed to classify',
    labelNames: ['model'] as const,
    registers,
    collect() {
      const { candidate } = models();
      this.reset();
      if (candidate !== null) this.inc({ model: candidate.model }, candidate.candidate.errors);
    },
  });

  type Compared = NonNullable<GenerationsView['candidate']>;
  /** A gauge of each of the two models. */
  const gauge = (
    name: string,
    help: string,
    read: (compared: Compared, of: keyof typeof ROLES) => number | null,
  ): void => {
    new Gauge<'model' | 'role'>({
      name,
      help,
      labelNames: ['model', 'role'] as const,
      registers,
      collect() {
        const { inUse, candidate } = models();
        this.reset();
        if (candidate === null) return;
        for (const of of ['inUse', 'candidate'] as const) {
          const value = read(candidate, of);
          const model = of === 'inUse' ? inUse : candidate.model;
          if (value !== null) this.set({ model, role: ROLES[of] }, value);
        }
      },
    });
  };
  gauge(
    'headwater_comparison_confidence',
    'Mean probability of the predicted class, of each compared model',
    (compared, of) => compared[of].confidence,
  );
  gauge(
    'headwater_comparison_classify_seconds',
    'Mean time of each compared model for a headline, without the queue',
    (compared, of) => {
      const { classifyMs } = compared[of];
      return classifyMs === null ? null : classifyMs / 1000;
    },
  );
  gauge('headwater_comparison_labels', 'Labels on which both models are compared', ({ labels }) => labels.labels);
  gauge(
    'headwater_comparison_accuracy',
    'Share of these labels that each compared model predicted correctly',
    ({ labels }, of) => labels[of].accuracy,
  );
  gauge(
    'headwater_comparison_log_loss',
    'Mean cross-entropy of each compared model on these labels, in nats',
    ({ labels }, of) => labels[of].logLoss,
  );
  new Gauge<'model'>({
    name: 'headwater_comparison_p',
    help: 'Probability of the difference on the labels between two models that are right equally often',
    labelNames: ['model'] as const,
    registers,
    collect() {
      const { candidate } = models();
      this.reset();
      if (candidate !== null && candidate.labels.labels > 0) this.set({ model: candidate.model }, candidate.labels.p);
    },
  });
};
