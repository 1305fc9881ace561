import { describe, expect, it } from 'vitest';
import { foldCase } from '../../../src/text/unicode/foldCase.js';
import { unicodePreprocessor } from '../../../src/text/unicode/unicodePreprocessor.js';

const read = unicodePreprocessor();

describe('unicodePreprocessor', () => {
  it.each([
    ["Don't miss: the crew can't", "Do n't miss : the crew ca n't"],
    ["we'll they're I've it's he'd I'm", "we 'll they 're I 've it 's he 'd I 'm"],
    ['up 3.5%, 1,000 at 5:30pm', 'up 3.5 % , 1,000 at 5:30 pm'],
    ['the U.S. and J.P.Morgan', 'the U.S. and J.P. Morgan'],
    ['at news.example.com. Next.Word', 'at news.example.com . Next . Word'],
    ['state-of-the-art R&D', 'state-of-the-art R&D'],
    ["O'Brien says 'no'", "O ' Brien says ' no '"],
    ['A&amp;B &amp;lt;b&amp;gt;bold&lt;/b&gt; it#39;s quot;so quot; \\$5', 'A&B bold it \'s " so " $ 5'],
    ['für Führungsebene', 'für Führungsebene'],
    ['Привет, мир', 'Привет , мир'],
    ['مرحبا بالعالم', 'مرحبا بالعالم'],
    ['नमस्ते', 'नमस्ते'],
    ['東京で３日', '東 京 で 3 日'],
    ['🏆 👩‍🚀👍🏽🇩🇪', '🏆 👩‍🚀 👍🏽 🇩🇪'],
    ['we’ll “go”', 'we \'ll " go "'],
    ['  \t\n', ''],
    ['\ud800', ''],
  ])('reads %j', (text, tokens) => {
    expect(read(text)).toBe(tokens);
  });

  it('reads what it has written as the same tokens, where these are words', () => {
    expect(read(read('Ferry returns to Łódź , 3.5 km'))).toBe('Ferry returns to Łódź , 3.5 km');
  });

  it('leaves stop words out in any case, and those of several tokens where they follow one another', () => {
    const stopped = unicodePreprocessor({ stopWords: ['The', 'new york', "don't"] });
    expect(stopped("THE ferry: don't leave New York for york, do")).toBe('ferry : leave for york , do');
  });

  it('leaves punctuation out', () => {
    expect(unicodePreprocessor({ punctuation: false })("It's up, 3.5%!")).toBe("It 's up 3.5");
  });

  it('reads so many tokens and no more', () => {
    expect(unicodePreprocessor({ maxLength: 3 })("we don't know")).toBe("we do n't");
    expect(unicodePreprocessor({ maxLength: 2, stopWords: ['a'] })('a b a c d')).toBe('b c');
    expect(unicodePreprocessor({ maxLength: 3, charLevel: true })('🏆🏆 ab')).toBe('🏆🏆 ');
  });

  it('sets characters apart only where the text does, for tokens that are characters', () => {
    expect(unicodePreprocessor({ charLevel: true })("Don't  go, 東京")).toBe("Don't go, 東京");
  });
});

describe('foldCase', () => {
  it.each([
    ['İzmir IZMIR', 'izmir izmir'],
    ['ΟΔΟΣ ΟΔΟΣ', 'οδος οδος'],
    ['STRAẞE', 'straße'],
  ])('folds %j', (text, folded) => {
    expect(foldCase(text)).toBe(folded);
    expect(foldCase(folded)).toBe(folded);
  });
});
