/** Consecutive values: their sum, and the sum of the squared distances from their mean. */
interface Bucket {
  readonly sum: number;
  readonly squares: number;
}

/** Joins two neighbouring buckets: Chan, Golub and LeVeque's sum of squares (1979), which avoids cancellation. */
const joined = (a: Bucket, aSize: number, b: Bucket, bSize: number): Bucket => {
  const distance = a.sum / aSize - b.sum / bSize;
  return {
    sum: a.sum + b.sum,
    squares: a.squares + b.squares + (distance * distance * aSize * bSize) / (aSize + bSize),
  };
};

/** Two parts of a window whose means differ by more than chance allows. */
export interface Cut {
  /** The mean of the older values. */
  readonly before: number;
  /** The mean of the newer ones. */
  readonly after: number;
  /** The number of newer values. */
  readonly rows: number;
}

/** The most buckets of one size. */
const BUCKETS = 5;

/** The least number of values on either side of a cut. */
const LEAST = 5;

/**
 * ADWIN2's window: as many of the last values as seem to have one mean.
 *
 * The values are kept as an exponential histogram: at most `BUCKETS` buckets each of 1, 2, 4, … values, the newest in
 * the smallest, so that W values take O(log W) memory. A cut between two buckets is made if the means of the older and
 * the newer side differ by more than
 *
 *     ε = √(2/m · σ² · ln(2 ln W / δ)) + 2/(3m) · ln(2 ln W / δ),    1/m = 1/W₀ + 1/W₁
 *
 * where σ² is the variance of the whole window.
 *
 * @see A. Bifet and R. Gavaldà, Learning from time-changing data with adaptive windowing. SDM 2007.
 */
export class AdaptiveWindow {
  readonly #delta: number;
  /** Buckets by size: at index i those of 2ⁱ values, the oldest first. */
  readonly #rows: Bucket[][] = [];
  #width = 0;
  /** All buckets joined. */
  #whole: Bucket = { sum: 0, squares: 0 };

  constructor(delta: number) {
    this.#delta = delta;
  }

  /** The number of values in the window. */
  get width(): number {
    return this.#width;
  }

  /** The mean of the values; 0 if there are none. */
  get mean(): number {
    return this.#width === 0 ? 0 : this.#whole.sum / this.#width;
  }

  /** The number of buckets. */
  get buckets(): number {
    return this.#rows.reduce((count, row) => count + row.length, 0);
  }

  /** Adds a value. */
  add(value: number): void {
    let carried: Bucket | undefined = { sum: value, squares: 0 };
    this.#whole = this.#width === 0 ? carried : joined(this.#whole, this.#width, carried, 1);
    this.#width++;
    for (let i = 0; carried !== undefined; i++) {
      const row = (this.#rows[i] ??= []);
      row.push(carried);
      carried = undefined;
      if (row.length > BUCKETS) {
        const [oldest, next] = row.splice(0, 2);
        carried = joined(oldest!, 2 ** i, next!, 2 ** i);
      }
    }
  }

  /**
   * Drops the oldest values, a bucket at a time, until no two parts differ any more.
   *
   * @returns the two parts that differed most before that, or undefined if none did
   */
  cut(): Cut | undefined {
    const found = this.#find();
    for (let cut = found; cut !== undefined; cut = this.#find()) {
      const i = this.#rows.length - 1;
      this.#rows[i]!.shift();
      if (this.#rows[i]!.length === 0) this.#rows.pop();
      this.#width -= 2 ** i;
      // Computed again, because a sum of squares after a subtraction can have any error.
      this.#whole = this.#sumUp();
    }
    return found;
  }

  #sumUp(): Bucket {
    let whole: Bucket = { sum: 0, squares: 0 };
    let size = 0;
    this.#rows.forEach((row, i) => {
      for (const bucket of row) {
        whole = size === 0 ? bucket : joined(whole, size, bucket, 2 ** i);
        size += 2 ** i;
      }
    });
    return whole;
  }

  /** The cut where the difference of the means exceeds the bound most. */
  #find(): Cut | undefined {
    const width = this.#width;
    if (width < 2 * LEAST) return undefined;
    const { sum: total, squares } = this.#whole;
    const variance = squares / width;
    const confidence = Math.log((2 * Math.log(width)) / this.#delta);
    let size = 0;
    let sum = 0;
    let found: Cut | undefined;
    let most = 0;
    for (let i = this.#rows.length - 1; i >= 0; i--) {
      for (const bucket of this.#rows[i]!) {
        size += 2 ** i;
        sum += bucket.sum;
        const rest = width - size;
        if (size < LEAST || rest < LEAST) continue;
        const inverse = 1 / size + 1 / rest;
        const epsilon = Math.sqrt(2 * inverse * variance * confidence) + (2 / 3) * inverse * confidence;
        const [before, after] = [sum / size, (total - sum) / rest];
        const beyond = Math.abs(before - after) - epsilon;
        if (beyond <= most) continue;
        most = beyond;
        found = { before, after, rows: rest };
      }
    }
    return found;
  }
}
