import type { Headline } from '../rows/Row.js';
import type { CarriedDelivery } from '../flow/settleOnce.js';

/** A headline as it arrived. */
export interface LiveHeadline extends Headline {
  /** Its ordinal among the headlines of its stream, from 0. */
  readonly id: number;
  /** Where it came from: a feed's address, or `stdin`. */
  readonly source: string;
  /** What its source knows it by: a feed's guid or id, an event's id. Undefined where it has none. */
  readonly guid: string | undefined;
  /** The address of the text behind it. */
  readonly link: string | undefined;
  /** When its source says that it was published, in milliseconds since 1970. */
  readonly published: number | undefined;
  /** When it was first seen here, in milliseconds since 1970. */
  readonly seen: number;
  /** Its class, where its source says so. */
  readonly category: string | undefined;
  /** As which reading of its source it came, from 0; undefined where its source is not read again and again. */
  readonly reading?: number | undefined;
  /** Whether it is the corrected title of a headline that was there before. */
  readonly correction?: boolean | undefined;
  /** The same whenever it is read, and different from that of every other headline, so that repeats can be left out. */
  readonly key?: string | undefined;
  /**
   * How it is settled, where its source can deliver it again: `done` when its result was handed on, `retry` or `give-up`
   * where it was not.
   */
  readonly delivery?: CarriedDelivery | undefined;
}

/** The probability of one class. */
export interface ClassProbability {
  readonly category: string;
  /** Between 0 and 1. */
  readonly probability: number;
}

/** A headline that arrived, classified. */
export interface LivePrediction {
  readonly type: 'live-prediction';
  readonly headline: LiveHeadline;
  /** The most probable class; the first of equals. */
  readonly category: string;
  /** All classes, the most probable first. */
  readonly distribution: readonly ClassProbability[];
  /**
   * How many of its tokens the model knows: those that have a trained index or a word vector. Where it is 0 nothing of
   * the title was read, and the probabilities say nothing of it.
   */
  readonly known: number;
  /** From when it was seen to when it was answered, in milliseconds. */
  readonly latencyMs: number;
  /** The id of the model that classified it, where several may: a server says it. */
  readonly modelId?: string | undefined;
}

/** What a word did to a prediction. */
export interface WordEffect {
  /** As it stands in the title. */
  readonly word: string;
  /** Where it begins and ends in the title, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /**
   * Whether the model reads it: as a word of its vocabulary, as the unknown token, or not at all since preprocessing
   * leaves it out.
   */
  readonly read: 'known' | 'unknown' | 'left-out';
  /** By how much the probability of the predicted class falls without it; negative where it rises. */
  readonly effect: number;
}

/** A prediction, and the words that moved it. */
export interface Explanation {
  readonly type: 'explanation';
  readonly prediction: LivePrediction;
  /** In the order of the title. */
  readonly words: readonly WordEffect[];
}

/** What happened to a source of live headlines, besides its headlines. */
export type SourceEvent =
  /** It was read, and had so many items. */
  | {
      readonly type: 'read';
      readonly source: string;
      readonly at: number;
      readonly items: number;
      /** How many more items it had that could not be read. */
      readonly rejected?: number | undefined;
      /** What it calls itself. */
      readonly title?: string | undefined;
      readonly nextInMs: number | undefined;
    }
  /** It said that nothing has changed. */
  | { readonly type: 'unchanged'; readonly source: string; readonly at: number; readonly nextInMs: number | undefined }
  /** It could not be read, for now or (without `nextInMs`) for good. */
  | {
      readonly type: 'failed';
      readonly source: string;
      readonly at: number;
      readonly code: string;
      readonly message: string;
      /** What people call it, where they have said so. */
      readonly title?: string | undefined;
      readonly nextInMs: number | undefined;
    }
  /** It has said that it lives elsewhere from now on. */
  | { readonly type: 'moved'; readonly source: string; readonly at: number; readonly to: string }
  /** None of the items that it had when it was last read is still there: others may have come and gone in between. */
  | { readonly type: 'gap'; readonly source: string; readonly at: number }
  /** It is open: a stream of events or lines has begun. */
  | { readonly type: 'opened'; readonly source: string; readonly at: number };

/** Where such events go. An Observer or a Subject of them is one. */
export interface SourceEvents {
  /** Takes one event. */
  next(event: SourceEvent): void;
}
