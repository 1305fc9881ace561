/** The number of columns of hashed features. */
export const COLUMNS = 2 ** 20;
