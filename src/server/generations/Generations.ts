import { concatMap, from, type Observable, of, type OperatorFunction, Subject, toArray } from 'rxjs';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import { hash32 } from '../../contracts/random.js';
import { type CandidateCounts, Comparison } from './Comparison.js';
import type { Generation } from './Generation.js';

/** The role of a candidate: it is only compared, or it answers a share of the headlines. */
export type CandidateRole =
  { readonly type: 'shadow' } | { readonly type: 'canary'; /** Between 0 and 1. */ readonly share: number };

/** Another model is in use. */
export interface ModelChange {
  readonly type: 'reloaded' | 'promoted' | 'rolled-back';
  /** The model that is in use now. */
  readonly model: string;
  readonly before: string;
}

/** The public description of the server's models. */
export interface GenerationsView {
  readonly inUse: string;
  /** The model that a rollback puts in use; null if there is none. */
  readonly before: string | null;
  readonly candidate: ({ readonly model: string } & CandidateRole & CandidateCounts) | null;
}

/** The maximum number of batches that wait for a shadow. Further batches are left out of the comparison. */
const BEHIND = 4;

/**
 * The models of a server: the model in use, the previous model, and a candidate. Each batch is classified by the model
 * that is in use at its start. So a change takes effect between two batches.
 */
export class Generations {
  readonly #change$ = new Subject<ModelChange>();
  /**
   * Headlines that only the model in use classifies, independent of a canary's share: those of one explanation, and
   * those with labels.
   */
  readonly #together = new WeakSet<LiveHeadline>();
  #inUse: Generation;
  #before: Generation | undefined;
  #candidate:
    { readonly generation: Generation; readonly role: CandidateRole; readonly counts: Comparison } | undefined;
  #behind = 0;

  constructor(first: Generation) {
    this.#inUse = first;
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
    };
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
    this.#change$.next({ type, model: next.id, before: before.id });
  }

  /** Puts the previous model in use again. @returns whether there was one */
  rollback(): boolean {
    if (this.#before === undefined) return false;
    const before = this.#inUse;
    this.#inUse = this.#before;
    this.#before = before;
    this.#change$.next({ type: 'rolled-back', model: this.#inUse.id, before: before.id });
    return true;
  }

  /** Sets the candidate. It replaces the current candidate. */
  setCandidate(generation: Generation, role: CandidateRole): void {
    this.#candidate?.generation.dispose();
    this.#candidate = { generation, role, counts: new Comparison() };
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
      if (candidate?.role.type !== 'canary') return of(headlines).pipe(this.#inUse.classify);
      const { share } = candidate.role;
      const isTheirs = headlines.map(
        (headline) => !this.#together.has(headline) && hash32(headline.title) / 2 ** 32 < share,
      );
      const part = (theirs: boolean): readonly LiveHeadline[] => headlines.filter((_, i) => isTheirs[i] === theirs);
      return from([
        { generation: this.#inUse, part: part(false) },
        { generation: candidate.generation, part: part(true) },
      ]).pipe(
        concatMap(({ generation, part }) => of(part).pipe(generation.classify, toArray())),
        toArray(),
        concatMap(([ours = [], theirs = []]) => {
          const [next, nextOfTheirs] = [ours.values(), theirs.values()];
          return isTheirs.map((theirs) => (theirs ? nextOfTheirs : next).next().value!);
        }),
      );
    });
  }

  /**
   * Classifies answered headlines with the shadow, after their answers were sent, and compares the predictions. If the
   * shadow is behind, batches are left out and counted.
   */
  compare(
    answered: readonly LivePrediction[],
    later: (work: () => void) => void,
    failed: (error: unknown) => void,
  ): void {
    const candidate = this.#candidate;
    if (candidate?.role.type !== 'shadow' || answered.length === 0) return;
    const { generation, counts } = candidate;
    if (this.#behind >= BEHIND) {
      counts.leaveOut(answered.length);
      return;
    }
    this.#behind += 1;
    later(() => {
      this.#behind -= 1;
      if (this.#candidate !== candidate) return;
      of(answered.map(({ headline }) => headline))
        .pipe(generation.classify, toArray())
        .subscribe({ next: (theirs) => counts.add(answered, theirs), error: failed });
    });
  }

  dispose(): void {
    for (const generation of [this.#inUse, this.#before, this.#candidate?.generation]) generation?.dispose();
  }
}
