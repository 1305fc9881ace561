import type { Observable } from 'rxjs';

/**
 * Stops a source while its consumer is behind. It is closed while at least one holder holds it.
 *
 * RxJS has no back-pressure, so it is explicit here. A source that is given a valve stops reading while the valve is
 * closed. A consumer that falls behind holds the valve, and releases it when it has caught up.
 */
export interface Valve {
  /** Whether the valve is open: emits the current state on subscription, then every change. */
  readonly open$: Observable<boolean>;
  /** Whether the valve is open now. */
  readonly isOpen: boolean;
  /**
   * Closes the valve until the returned function is called.
   *
   * Several holders may hold it at once. It opens when the last holder releases it. A second call of the returned
   * function does nothing.
   *
   * @param holder the name of the holder for `watchFlow`, such as the name of an operator
   */
  hold(holder?: string): () => void;
}
