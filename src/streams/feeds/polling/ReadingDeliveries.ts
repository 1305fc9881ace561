import { type CarriedDelivery, settleOnce } from '../../../contracts/flow/settleOnce.js';

/** The deliveries of one reading of a feed. The feed counts as read when all of them are settled. */
export class ReadingDeliveries {
  readonly #read: () => void;
  #open = 1;
  #failed = false;

  /** @param read called once when all are settled; never if one of them is to be delivered again */
  constructor(read: () => void) {
    this.#read = read;
  }

  /** Creates the delivery of the next item. */
  next(id: string): CarriedDelivery {
    this.#open++;
    return settleOnce(id, ({ type }) => {
      if (type === 'retry') this.#failed = true;
      this.#close();
    });
  }

  /** Says that there are no more items. */
  end(): void {
    this.#close();
  }

  #close(): void {
    this.#open--;
    if (this.#open === 0 && !this.#failed) this.#read();
  }
}
