/** Common names of the sides of a split. */
const SIDE = /^(oos_)?(train|training|test|testing|val|valid|validation|dev|eval)$/i;

/** Whether a file, a value or a member of a document is named as a side of a split. */
export const isSideName = (name: string): boolean => SIDE.test(name);
