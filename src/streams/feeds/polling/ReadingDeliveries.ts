import { type CarriedDelivery, settleOnce } from '../../../contracts/flow/settleOnce.js';

/** The deliveries of one reading of a feed: it counts as read when each of them is done. */
export class ReadingDeliveries {
  readonly #read: () => void;
  #open = 1;
  #failed = false;

  /** @param read is called once all is done; never where something is to be delivered again */
  constructor(read: () => void) {
    this.#read = read;
  }

  /** Makes the delivery of a further item. */
  next(id: string): CarriedDelivery {
    this.#open++;
    return settleOnce(id, ({ type }) => {
      if (type === 'retry') this.#failed = true;
      this.#close();
    });
  }

  /** There are no further items. */
  end(): void {
    this.#close();
  }

  #close(): void {
    this.#open--;
    if (this.#open === 0 && !this.#failed) this.#read();
  }
}
