import type * as Crypto from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/**
 * The SHA-256 of bytes, in hexadecimal digits. Node's own function computes it where it exists. Otherwise it is
 * computed in JavaScript, so that a browser can check a model too.
 */
export const sha256Hex = (bytes: Uint8Array): string => {
  const process: { readonly getBuiltinModule?: (id: 'node:crypto') => typeof Crypto | undefined } =
    'process' in globalThis ? globalThis.process : {};
  const crypto = process.getBuiltinModule?.('node:crypto');
  return crypto === undefined ? bytesToHex(sha256(bytes)) : crypto.createHash('sha256').update(bytes).digest('hex');
};
