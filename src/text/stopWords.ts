/**
 * English words that say little about a headline's class: the 179 words that `textPreprocessor` removes by default.
 *
 * The words and their order are those of NLTK's English list (the `stopwords` corpus of the Natural Language Toolkit,
 * made by Porter and others, in its edition of 179 words). The order matters: words are tried in this order and the
 * first match is removed, so `don` is tried before `don't`.
 *
 * @example
 * ```ts
 * import { STOP_WORDS, textPreprocessor } from 'headwater';
 * const keepNot = textPreprocessor({ stopWords: STOP_WORDS.filter((word) => word !== 'not') });
 * keepNot('The verdict is not in'); // 'verdict not'
 * ```
 */
export const STOP_WORDS: readonly string[] = Object.freeze([
  // Personal and possessive pronouns, with their contractions.
  ...['i', 'me', 'my', 'myself', 'we', 'our', 'ours', 'ourselves'],
  ...['you', "you're", "you've", "you'll", "you'd", 'your', 'yours', 'yourself', 'yourselves'],
  ...['he', 'him', 'his', 'himself', 'she', "she's", 'her', 'hers', 'herself', 'it', "it's", 'its', 'itself'],
  ...['they', 'them', 'their', 'theirs', 'themselves'],

  // Questions and demonstratives.
  ...['what', 'which', 'who', 'whom', 'this', 'that', "that'll", 'these', 'those'],

  // To be, to have, to do.
  ...['am', 'is', 'are', 'was', 'were', 'be', 'been', 'being'],
  ...['have', 'has', 'had', 'having', 'do', 'does', 'did', 'doing'],

  // Articles, conjunctions, prepositions.
  ...['a', 'an', 'the', 'and', 'but', 'if', 'or', 'because', 'as', 'until', 'while'],
  ...['of', 'at', 'by', 'for', 'with', 'about', 'against', 'between', 'into', 'through', 'during', 'before', 'after'],
  ...['above', 'below', 'to', 'from', 'up', 'down', 'in', 'out', 'on', 'off', 'over', 'under'],

  // Adverbs and quantities.
  ...['again', 'further', 'then', 'once', 'here', 'there', 'when', 'where', 'why', 'how'],
  ...['all', 'any', 'both', 'each', 'few', 'more', 'most', 'other', 'some', 'such'],
  ...['no', 'nor', 'not', 'only', 'own', 'same', 'so', 'than', 'too', 'very'],

  // Ends of contractions, and other short words.
  ...[
    's',
    't',
    'can',
    'will',
    'just',
    'don',
    "don't",
    'should',
    "should've",
    'now',
    'd',
    'll',
    'm',
    'o',
    're',
    've',
    'y',
  ],

  // Negations: the part before the apostrophe, then the whole word.
  ...['ain', 'aren', "aren't", 'couldn', "couldn't", 'didn', "didn't", 'doesn', "doesn't", 'hadn', "hadn't"],
  ...['hasn', "hasn't", 'haven', "haven't", 'isn', "isn't", 'ma', 'mightn', "mightn't", 'mustn', "mustn't"],
  ...['needn', "needn't", 'shan', "shan't", 'shouldn', "shouldn't", 'wasn', "wasn't", 'weren', "weren't"],
  ...['won', "won't", 'wouldn', "wouldn't"],
]);
