import type { Observable } from 'rxjs';

/**
 * A brake between a consumer and its source: closed while anyone holds it.
 *
 * RxJS has no flow control, so it is explicit here. A source that is given a valve stops reading while the valve is
 * closed; whoever falls behind holds it, and releases it when it has caught up.
 */
export interface Valve {
  /** Whether the valve is open: emits the present state on subscription, then every change. */
  readonly open$: Observable<boolean>;
  /** Whether the valve is open now. */
  readonly isOpen: boolean;
  /**
   * Closes the valve until the returned function is called.
   *
   * Several may hold it at once; it opens when the last one releases. Releasing twice does nothing.
   *
   * @param holder who holds it, for `watchFlow`: the name of an operator, say
   */
  hold(holder?: string): () => void;
}
