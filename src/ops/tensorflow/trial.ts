/**
 * The script of a separate process: it loads the set-up in the given folder, computes one product, and prints the
 * version and the device.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindingFile, packageFolder } from '../../provision/tensorflow/SetupManifest.js';
import { TENSORFLOW } from '../definition/backendName.js';
import { loadBinding } from './loadBinding.js';

const folder = process.argv[2] ?? '';
const loaded = loadBinding(packageFolder(folder), bindingFile(folder));
await tf.setBackend(TENSORFLOW);
const product = tf.tidy(() =>
  Array.from(tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])).dataSync()),
);
if (product.join() !== '19,22,43,50')
  throw new Error(`its product of two small matrices is ${product.join(', ')} instead of 19, 22, 43, 50`);
process.stdout.write(`${JSON.stringify(loaded)}\n`);
