/** The number of bytes that are encoded in one step: a multiple of three, so that the encoded parts can be joined. */
const PART = 3 * 4096;

/** Bytes in base64, with its padding. */
export const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += PART) text += btoa(String.fromCharCode(...bytes.subarray(at, at + PART)));
  return text;
};

/** The bytes of a text in base64, with or without its padding. */
export const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replace(/(?<!=)=+$/, '')), (character) => character.charCodeAt(0));

/** The number of bytes that a base64 text stands for, with or without its padding; NaN if it is not base64. */
export const base64Bytes = (text: string): number => {
  const digits = /^([A-Za-z0-9+/]*)={0,2}$/.exec(text)?.[1]?.length ?? NaN;
  return digits % 4 === 1 ? NaN : Math.floor((digits * 3) / 4);
};
