import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../../src/contracts/messages/shellWord.js';

const VALUES = [
  "l'avis",
  'two words',
  '$HOME',
  'a"b',
  '`id`',
  'a\\b',
  'texte,titre',
  'заголовок',
  'क',
  '*',
  'a;b',
  '!x',
  "''",
];

describe('shellWord', () => {
  it('leaves plain words as they are', () => {
    expect(['title,text', 'data.title', 'заголовок'].map(shellWord)).toEqual(['title,text', 'data.title', 'заголовок']);
  });

  it.skipIf(process.platform === 'win32')('makes words that a shell reads as the values', () => {
    const read = execFileSync('sh', ['-c', `printf '%s\\n' ${VALUES.map(shellWord).join(' ')}`], { encoding: 'utf8' });
    expect(read.trimEnd().split('\n')).toEqual(VALUES);
  });
});
