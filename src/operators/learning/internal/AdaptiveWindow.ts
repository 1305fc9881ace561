/**
 * Values next to one another: how many they are, their sum, and the sum of the squares of their distances from their
 * mean.
 */
interface Bucket {
  readonly sum: number;
  readonly squares: number;
}

/** Two neighbours' values as one: Chan, Golub and LeVeque's sum of squares (1979), which does not cancel. */
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
  /** How many the newer ones are. */
  readonly rows: number;
}

/** How many buckets of one size there may be. */
const BUCKETS = 5;

/** The least number of values on either side of a cut. */
const LEAST = 5;

/**
 * ADWIN2's window: as many of the last values as seem to have one mean.
 *
 * The values are kept as an exponential histogram: at most `BUCKETS` buckets each of 1, 2, 4, … values, the newest the
 * smallest, so that W values take O(log W) memory. A cut between two buckets is made where the means of the older and
 * the newer side differ by more than
 *
 *     ε = √(2/m · σ² · ln(2 ln W / δ)) + 2/(3m) · ln(2 ln W / δ),    1/m = 1/W₀ + 1/W₁
 *
 * σ² being the variance of the whole window.
 *
 * @see A. Bifet and R. Gavaldà, Learning from time-changing data with adaptive windowing. SDM 2007.
 */
export class AdaptiveWindow {
  readonly #delta: number;
  /** By size: at i the buckets of 2ⁱ values, the oldest first. */
  readonly #rows: Bucket[][] = [];
  #width = 0;
  /** All buckets as one. */
  #whole: Bucket = { sum: 0, squares: 0 };

  constructor(delta: number) {
    this.#delta = delta;
  }

  /** The number of values in the window. */
  get width(): number {
    return this.#width;
  }

  /** Their mean; 0 where there are none. */
  get mean(): number {
    return this.#width === 0 ? 0 : this.#whole.sum / this.#width;
  }

  /** How many buckets they are kept in. */
  get buckets(): number {
    return this.#rows.reduce((count, row) => count + row.length, 0);
  }

  /** Takes a value in. */
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
   * Lets the oldest values go, a bucket at a time, until no two parts differ any more.
   *
   * @returns the two parts that differed most before that, or undefined where none did
   */
  cut(): Cut | undefined {
    const found = this.#find();
    for (let cut = found; cut !== undefined; cut = this.#find()) {
      const i = this.#rows.length - 1;
      this.#rows[i]!.shift();
      if (this.#rows[i]!.length === 0) this.#rows.pop();
      this.#width -= 2 ** i;
      // Added up anew: what subtraction leaves of a sum of squares can be anything.
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

  /** The cut whose sides' means are furthest beyond what chance allows. */
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
