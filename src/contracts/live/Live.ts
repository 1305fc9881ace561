import type { Headline } from '../rows/Row.js';
import type { CarriedDelivery } from '../flow/settleOnce.js';

/** A headline as it arrived. */
export interface LiveHeadline extends Headline {
  /** Its ordinal among the headlines of its stream, from 0. */
  readonly id: number;
  /** The source: a feed's address, or `stdin`. */
  readonly source: string;
  /** The source's own identifier: a feed's guid or id, an event's id. Undefined where it has none. */
  readonly guid: string | undefined;
  /** The address of the full text. */
  readonly link: string | undefined;
  /** The publication time that the source gives, in milliseconds since 1970. */
  readonly published: number | undefined;
  /** The time at which this process first saw it, in milliseconds since 1970. */
  readonly seen: number;
  /** Its class, where the source gives one. */
  readonly category: string | undefined;
  /** The number of the reading of its source, from 0; undefined where its source is not read repeatedly. */
  readonly reading?: number | undefined;
  /** Whether it is a corrected title of an earlier headline. */
  readonly correction?: boolean | undefined;
  /** Whether its guid, or its link if it has no guid, is also that of other headlines of its source. */
  readonly ambiguous?: boolean | undefined;
  /** The same at every reading, and different from that of every other headline, so that repeats can be left out. */
  readonly key?: string | undefined;
  /**
   * Settles the headline, where its source can deliver it again: `done` when its result was handed on, `retry` or
   * `give-up` where it was not.
   */
  readonly delivery?: CarriedDelivery | undefined;
}

/** The probability of one class. */
export interface ClassProbability {
  readonly category: string;
  /** Between 0 and 1. */
  readonly probability: number;
}

/** A live headline with its classification. */
export interface LivePrediction {
  readonly type: 'live-prediction';
  readonly headline: LiveHeadline;
  /** The most probable class; the first one of equally probable classes. */
  readonly category: string;
  /** All classes, the most probable one first. */
  readonly distribution: readonly ClassProbability[];
  /**
   * The number of its tokens that the model knows: those with a trained index or a word vector. Where it is 0, the
   * model read nothing of the title, and the probabilities do not depend on it.
   */
  readonly known: number;
  /** The time from when the headline was seen to its prediction, in milliseconds. */
  readonly latencyMs: number;
  /** The id of the model that classified it. A server gives it, because it may have several models. */
  readonly modelId?: string | undefined;
}

/** The effect of a word on a prediction. */
export interface WordEffect {
  /** The word as written in the title. */
  readonly word: string;
  /** Its start and end in the title, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /**
   * How the model reads it: as a word of its vocabulary, as the unknown token, or not at all because preprocessing
   * removes it.
   */
  readonly read: 'known' | 'unknown' | 'left-out';
  /** By how much the probability of the predicted class falls without the word; negative where it rises. */
  readonly effect: number;
  /** The share of the model's attention that it gets, from 0 to 1; only from a model with attention. */
  readonly attention?: number | undefined;
}

/** A prediction, with the effect of each word. */
export interface Explanation {
  readonly type: 'explanation';
  readonly prediction: LivePrediction;
  /** In the order of the title. */
  readonly words: readonly WordEffect[];
}

/** An event of a source of live headlines, besides its headlines. */
export type SourceEvent =
  /** It was read, and had `items` items. */
  | {
      readonly type: 'read';
      readonly source: string;
      readonly at: number;
      readonly items: number;
      /** The number of further items that could not be read. */
      readonly rejected?: number | undefined;
      /** The source's own title. */
      readonly title?: string | undefined;
      readonly nextInMs: number | undefined;
    }
  /** It said that nothing has changed. */
  | { readonly type: 'unchanged'; readonly source: string; readonly at: number; readonly nextInMs: number | undefined }
  /** It could not be read. Without `nextInMs`, it is not read again. */
  | {
      readonly type: 'failed';
      readonly source: string;
      readonly at: number;
      readonly code: string;
      readonly message: string;
      /** The user's name for it, where one was given. */
      readonly title?: string | undefined;
      readonly nextInMs: number | undefined;
    }
  /** It announced a new permanent address. */
  | { readonly type: 'moved'; readonly source: string; readonly at: number; readonly to: string }
  /** No item of the previous reading is still present. Other items may have appeared and disappeared in between. */
  | { readonly type: 'gap'; readonly source: string; readonly at: number }
  /** A stream of events or lines was opened. */
  | { readonly type: 'opened'; readonly source: string; readonly at: number }
  /** It was removed by a user, and is not read any more. */
  | { readonly type: 'removed'; readonly source: string; readonly at: number };

/** Receives the events of sources. An Observer or a Subject of them is one. */
export interface SourceEvents {
  /** Takes one event. */
  next(event: SourceEvent): void;
}
