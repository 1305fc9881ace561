import {
  catchError,
  concat,
  concatMap,
  defer,
  type Observable,
  of,
  type OperatorFunction,
  Subject,
  tap,
  toArray,
} from 'rxjs';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import { hash32 } from '../../contracts/random.js';
import { type CandidateCounts, Comparison } from './Comparison.js';
import type { Generation } from './Generation.js';

/** The role of a candidate: it is only compared, or it answers a share of the headlines. */
export type CandidateRole =
  { readonly type: 'shadow' } | { readonly type: 'canary'; /** Between 0 and 1. */ readonly share: number };

/** Another model is in use, or another candidate is beside it. */
export type ModelChange =
  | {
      readonly type: 'reloaded' | 'promoted' | 'rolled-back';
      /** The model that is in use now. */
      readonly model: string;
      readonly before: string;
    }
  | {
      readonly type: 'candidate';
      /** The candidate now. */
      readonly model: string;
      /** The candidate before; null if there was none. */
      readonly before: string | null;
    };

/** The public description of the server's models. */
export interface GenerationsView {
  readonly inUse: string;
  /** The model that a rollback puts in use; null if there is none. */
  readonly before: string | null;
  readonly candidate: ({ readonly model: string } & CandidateRole & CandidateCounts) | null;
  /** Why a candidate could not be loaded the last time; null if it could be, or there was none to load. */
  readonly candidateError: string | null;
}

/** The maximum number of batches that wait for a comparison. Further batches are left out of it. */
const BEHIND = 4;

/** How many headlines per second both models classify beside a canary, so that their predictions can be compared. */
const SAMPLED = 10;

/** A model that is compared with the one in use. */
interface Candidate {
  readonly generation: Generation;
  readonly role: CandidateRole;
  readonly counts: Comparison;
  /** The headlines that a canary has answered, and those on which it failed. */
  readonly answered: WeakSet<LiveHeadline>;
  readonly failed: WeakSet<LiveHeadline>;
  /** The start of the present second, and how many headlines were sampled in it. */
  readonly sample: { since: number; taken: number };
  /** Whether an error of the candidate was reported. Further errors are only counted. */
  hasFailed: boolean;
}

/** What `Generations` needs. */
export interface GenerationsOptions {
  /** Receives the first error of each candidate. */
  readonly failed: (error: unknown) => void;
  /** Schedules a comparison after the answers were sent. */
  readonly later: (work: () => void) => void;
  /** The time in milliseconds, for the sample. Default: `performance.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * The models of a server: the model in use, the previous model, and a candidate. Each batch is classified by the model
 * that is in use at its start. So a change takes effect between two batches.
 *
 * An error of a candidate has no effect on answers: the model in use answers instead.
 */
export class Generations {
  readonly #options: GenerationsOptions;
  readonly #now: () => number;
  readonly #change$ = new Subject<ModelChange>();
  /**
   * Headlines that only the model in use classifies, independent of a canary's share, and that are not compared: those
   * of one explanation, and those with labels.
   */
  readonly #together = new WeakSet<LiveHeadline>();
  #inUse: Generation;
  #before: Generation | undefined;
  #candidate: Candidate | undefined;
  #candidateError: string | null = null;
  #behind = 0;

  constructor(first: Generation, options: GenerationsOptions) {
    this.#inUse = first;
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get inUse(): Generation {
    return this.#inUse;
  }

  get change$(): Observable<ModelChange> {
    return this.#change$;
  }

  /** The models, and the results of the comparison with the candidate. */
  view(): GenerationsView {
    const candidate = this.#candidate;
    return {
      inUse: this.#inUse.id,
      before: this.#before?.id ?? null,
      candidate:
        candidate === undefined
          ? null
          : { model: candidate.generation.id, ...candidate.role, ...candidate.counts.view() },
      candidateError: this.#candidateError,
    };
  }

  /** Notes that a candidate was loaded, or why it could not be. */
  candidateLoaded(error: string | null = null): void {
    this.#candidateError = error;
  }

  /** Makes one model classify all of these headlines. */
  keepTogether(headlines: readonly LiveHeadline[]): void {
    for (const headline of headlines) this.#together.add(headline);
  }

  /** Puts another model in use. The current model becomes the previous model; the older previous model is disposed. */
  swap(next: Generation, type: 'reloaded' | 'promoted' = 'reloaded'): void {
    const before = this.#inUse;
    this.#before?.dispose();
    this.#before = before;
    this.#inUse = next;
    this.#compareAgain();
    this.#change$.next({ type, model: next.id, before: before.id });
  }

  /** Puts the previous model in use again. @returns whether there was one */
  rollback(): boolean {
    if (this.#before === undefined) return false;
    const before = this.#inUse;
    this.#inUse = this.#before;
    this.#before = before;
    this.#compareAgain();
    this.#change$.next({ type: 'rolled-back', model: this.#inUse.id, before: before.id });
    return true;
  }

  /** Sets the candidate. It replaces the current candidate. */
  setCandidate(generation: Generation, role: CandidateRole): void {
    this.#candidate?.generation.dispose();
    this.#compareWith(generation, role);
  }

  /** Sets another candidate while the server runs, which is a change. */
  changeCandidate(generation: Generation, role: CandidateRole): void {
    const before = this.#candidate?.generation;
    this.setCandidate(generation, role);
    this.#change$.next({ type: 'candidate', model: generation.id, before: before?.id ?? null });
  }

  /** Puts the candidate in use. @returns whether there was one */
  promote(): boolean {
    const candidate = this.#candidate;
    if (candidate === undefined) return false;
    this.#candidate = undefined;
    this.swap(candidate.generation, 'promoted');
    return true;
  }

  /** Classifies each batch with the model in use, and a canary's share with the candidate. */
  get classify(): OperatorFunction<readonly LiveHeadline[], LivePrediction> {
    return concatMap((headlines) => {
      const candidate = this.#candidate;
      const inUse = this.#inUse;
      if (candidate === undefined) return of(headlines).pipe(inUse.classify);
      const ours = (part: readonly LiveHeadline[]): Observable<readonly LivePrediction[]> =>
        this.#timed(part, inUse, candidate.counts.inUse);
      if (candidate.role.type !== 'canary') return ours(headlines).pipe(concatMap((predictions) => predictions));
      const { share } = candidate.role;
      const isTheirs = headlines.map(
        (headline) => !this.#together.has(headline) && hash32(headline.title) / 2 ** 32 < share,
      );
      const part = (theirs: boolean): readonly LiveHeadline[] => headlines.filter((_, i) => isTheirs[i] === theirs);
      const theirs = part(true);
      const byCandidate = this.#timed(theirs, candidate.generation, candidate.counts.candidate).pipe(
        tap(() => theirs.forEach((headline) => candidate.answered.add(headline))),
        catchError((error: unknown) => {
          theirs.forEach((headline) => candidate.failed.add(headline));
          this.#candidateFailed(candidate, theirs.length, error);
          return ours(theirs);
        }),
      );
      return concat(ours(part(false)), byCandidate).pipe(
        toArray(),
        concatMap(([ours = [], theirs = []]) => {
          const [next, nextOfTheirs] = [ours.values(), theirs.values()];
          return isTheirs.map((theirs) => (theirs ? nextOfTheirs : next).next().value!);
        }),
      );
    });
  }

  /**
   * Counts answered headlines, and compares the predictions of both models after the answers were sent. A shadow
   * classifies all headlines; if it is behind, batches are left out and counted. Beside a canary, each model classifies
   * a sample of the headlines that the other one has answered.
   */
  compare(predictions: readonly LivePrediction[]): void {
    const candidate = this.#candidate;
    if (candidate === undefined) return;
    const answered = predictions.filter(({ headline }) => !this.#together.has(headline));
    if (answered.length === 0) return;
    const { role, counts } = candidate;
    if (role.type === 'shadow') {
      if (this.#behind >= BEHIND) counts.leaveOut(answered.length);
      else this.#compareLater(candidate, answered, candidate.generation);
      return;
    }
    const isTheirs = ({ headline }: LivePrediction): boolean => candidate.answered.has(headline);
    const [ours, theirs] = [answered.filter((one) => !isTheirs(one)), answered.filter(isTheirs)];
    counts.inUse.add(ours);
    counts.candidate.add(theirs);
    if (this.#behind >= BEHIND) return;
    const sample = this.#sampleOf(candidate, answered);
    this.#compareLater(
      candidate,
      sample.filter((one) => !isTheirs(one) && !candidate.failed.has(one.headline)),
      candidate.generation,
    );
    this.#compareLater(candidate, sample.filter(isTheirs), this.#inUse);
  }

  /** Compares both models on a label. The candidate predicts it too; it does not learn it. */
  labelled(label: string, prediction: LivePrediction): void {
    const candidate = this.#candidate;
    if (candidate === undefined || prediction.modelId !== this.#inUse.id) return;
    const { generation, counts } = candidate;
    const { headline } = prediction;
    of([headline])
      .pipe(generation.classify)
      .subscribe({
        next: (theirs) => counts.labels.add(headline, label, prediction, theirs),
        error: (error: unknown) => this.#candidateFailed(candidate, 1, error),
      });
  }

  dispose(): void {
    for (const generation of [this.#inUse, this.#before, this.#candidate?.generation]) generation?.dispose();
  }

  #compareWith(generation: Generation, role: CandidateRole): void {
    this.#candidate = {
      generation,
      role,
      counts: new Comparison(),
      answered: new WeakSet(),
      failed: new WeakSet(),
      sample: { since: -Infinity, taken: 0 },
      hasFailed: false,
    };
  }

  /** Begins the comparison again: it is a comparison with the model in use. */
  #compareAgain(): void {
    if (this.#candidate !== undefined) this.#compareWith(this.#candidate.generation, this.#candidate.role);
  }

  #timed(
    headlines: readonly LiveHeadline[],
    { classify }: Generation,
    figures: Comparison['inUse'],
  ): Observable<readonly LivePrediction[]> {
    return defer(() => {
      const began = performance.now();
      return of(headlines).pipe(
        classify,
        toArray(),
        tap(() => figures.took(headlines.length, performance.now() - began)),
      );
    });
  }

  #sampleOf({ sample }: Candidate, answered: readonly LivePrediction[]): readonly LivePrediction[] {
    const now = this.#now();
    if (now - sample.since >= 1000) {
      sample.since = now;
      sample.taken = 0;
    }
    const some = answered.slice(0, SAMPLED - sample.taken);
    sample.taken += some.length;
    return some;
  }

  /** Classifies answered headlines with the other model, and compares the predictions. */
  #compareLater(candidate: Candidate, answered: readonly LivePrediction[], other: Generation): void {
    if (answered.length === 0) return;
    const { generation, role, counts } = candidate;
    this.#behind += 1;
    this.#options.later(() => {
      this.#behind -= 1;
      if (this.#candidate !== candidate) return;
      const isTheirs = other === generation;
      this.#timed(
        answered.map(({ headline }) => headline),
        other,
        isTheirs ? counts.candidate : counts.inUse,
      ).subscribe({
        next: (predicted) => {
          if (role.type === 'shadow') {
            counts.inUse.add(answered);
            counts.candidate.add(predicted);
          }
          if (isTheirs) counts.add(answered, predicted);
          else counts.add(predicted, answered);
        },
        error: (error: unknown) => {
          if (isTheirs) this.#candidateFailed(candidate, answered.length, error);
          else counts.inUse.failed(answered.length);
        },
      });
    });
  }

  /** Counts an error of the candidate. Only the first one is reported: each of the next batches may fail too. */
  #candidateFailed(candidate: Candidate, headlines: number, error: unknown): void {
    candidate.counts.candidate.failed(headlines);
    if (candidate.hasFailed) return;
    candidate.hasFailed = true;
    this.#options.failed(error);
  }
}
