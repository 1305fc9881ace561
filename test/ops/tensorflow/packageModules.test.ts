import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { packageModules } from '../../../src/ops/tensorflow/packageModules.js';

const folder = mkdtempSync(join(tmpdir(), 'headwater-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (path: string, source: string): void => {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), source);
};

describe("the package's files", () => {
  it('get the functions of util that newer Nodes lack, and nobody else does', () => {
    put(
      'dist/old.js',
      "const util = require('util'); module.exports = [null, undefined, 0, []].map((value) => " +
        '[util.isNullOrUndefined(value), util.isArray(value), util.inspect(value)].join());',
    );
    const before = Object.keys(createRequire(import.meta.url)('node:util') as object);
    expect(packageModules(folder)('dist/old.js')).toEqual([
      'true,false,null',
      'true,false,undefined',
      'false,false,0',
      'false,true,[]',
    ]);
    expect(Object.keys(createRequire(import.meta.url)('node:util') as object)).toEqual(before);
    if (Number(process.versions.node.split('.')[0]) >= 23) expect(util).not.toHaveProperty('isNullOrUndefined');
  });

  it('share our tfjs, by either of its names, and its registries', () => {
    put(
      'dist/tfjs.js',
      "const a = require('@tensorflow/tfjs'); const b = require('@tensorflow/tfjs-core'); " +
        'module.exports = { same: a === b, Tensor: a.Tensor, engine: a.engine() };',
    );
    expect(packageModules(folder)('dist/tfjs.js')).toEqual({ same: true, Tensor: tf.Tensor, engine: tf.engine() });
  });

  it('require one another, once each, and in circles', () => {
    put(
      'dist/a.js',
      "exports.name = 'a'; exports.b = require('./kernels/b').name; " +
        "exports.again = require('./kernels/b.js') === require('./kernels/b');",
    );
    put('dist/kernels/b.js', "exports.name = require('../a').name + ' and b';");
    expect(packageModules(folder)('dist/a.js')).toEqual({ name: 'a', b: 'a and b', again: true });
  });

  it('may ask for Node, and for nothing else', () => {
    put('dist/asks.js', "exports.join = require('path').join; require('left-pad');");
    expect(() => packageModules(folder)('dist/asks.js')).toThrow(/left-pad/);
  });
});
