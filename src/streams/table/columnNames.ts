/** Common names of text columns, the likeliest first: in English, then in other languages that have many tables. */
export const TITLE_NAMES = [
  'reviews.text',
  'review_text',
  'review_body',
  'review',
  'plot',
  'lyrics',
  'title',
  'headline',
  'text',
  'sentence',
  'content',
  'tweet',
  'tweet_text',
  'question',
  'question_text',
  'message',
  'message_text',
  'email_text',
  'body',
  'comment',
  'comment_text',
  'document',
  'article',
  'query',
  'utterance',
  'sms',
  'post',
  'post_text',
  'text_content',
  'clean_text',
  'cleaned_text',
  'text_a',
  'selftext',
  'phrase',
  'statement',
  'narrative',
  'consumer_complaint_narrative',
  'transcript',
  'email',
  'description',
  'short_description',
  'summary',
  'abstract',
  'subject',
  'prompt',
  'input',
  'instruction',
  'desc',
  'titles',
  'summaries',
  'texts',
  'titel',
  'kommentar',
  'satz',
  'nachricht',
  'bewertungstext',
  'texte',
  'titre',
  'commentaire',
  'avis',
  'texto',
  'titulo',
  'frase',
  'oracion',
  'comentario',
  'mensaje',
  'mensagem',
  'testo',
  'titolo',
  'commento',
  'tekst',
  'zdanie',
  'metin',
  'yorum',
  'cumle',
  'текст',
  'заголовок',
  'отзыв',
  'сообщение',
  'комментарий',
  'предложение',
  'відгук',
  '文本',
  '内容',
  '标题',
  '评论',
  '句子',
  '文字',
  '本文',
  'テキスト',
  '文',
  '텍스트',
  '문장',
  '리뷰',
  '내용',
  'النص',
  'نص',
  'متن',
  'نظر',
  'पाठ',
  'văn bản',
  'câu',
] as const;

/** Common names of class columns, the likeliest first. */
export const LABEL_NAMES = [
  'category',
  'label',
  'class',
  'target',
  'sentiment',
  'intent',
  'topic',
  'labels',
  'categories',
  'class_name',
  'label_name',
  'label_text',
  'category_name',
  'target_name',
  'target_names',
  'topic_name',
  'subreddit',
  'class_label',
  'class_index',
  'airline_sentiment',
  'polarity',
  'emotion',
  'genre',
  'section',
  'tag',
  'type',
  'email_type',
  'ticket_type',
  'issue_type',
  'complaint_type',
  'category_id',
  'label_id',
  'class_id',
  'rating',
  'stars',
  'star_rating',
  'score',
  'overall',
  'is_spam',
  'spam',
  'is_sarcastic',
  'clickbait',
  'liked',
  'status',
  'language',
  'lang',
  'completion',
  'output',
  'y',
  'kategorie',
  'klasse',
  'bewertung',
  'stimmung',
  'catégorie',
  'classe',
  'étiquette',
  'etiqueta',
  'categoria',
  'clase',
  'sentimiento',
  'sentimento',
  'rótulo',
  'categorie',
  'kategori',
  'kategoria',
  'etykieta',
  'klasa',
  'etiket',
  'duygu',
  'sınıf',
  'класс',
  'категория',
  'метка',
  'тональность',
  'рубрика',
  'категорія',
  'мітка',
  '标签',
  '类别',
  '分类',
  '情感',
  '类型',
  'ラベル',
  'カテゴリ',
  '분류',
  '라벨',
  '레이블',
  '감정',
  'التصنيف',
  'تصنيف',
  'الفئة',
  'برچسب',
  'دسته',
  'श्रेणी',
  'nhãn',
] as const;

/** The form of a name for comparison: lower case, without accents, blanks, hyphens and underscores. */
export const foldedName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\p{Mn}\s_-]+/gu, '');

const TITLES: ReadonlySet<string> = new Set(TITLE_NAMES.map(foldedName));
const LABELS: ReadonlySet<string> = new Set(LABEL_NAMES.map(foldedName));

/** Names of ratings. Columns of votes and of means may have them too. */
const RATINGS: ReadonlySet<string> = new Set(['rating', 'stars', 'star_rating', 'score', 'overall'].map(foldedName));

/** Whether this is a common name of a column of ratings. */
export const isRatingName = (name: string): boolean => RATINGS.has(foldedName(lastPart(name)));

/** Whether this is a common name of a text or class column. */
export const isKnownName = (name: string): boolean => isTitleName(name) || isLabelName(name);

/** Whether this is a common name of a text column. */
export const isTitleName = (name: string): boolean => TITLES.has(foldedName(name));

export const isLabelName = (name: string): boolean => LABELS.has(foldedName(name));

/** Keys of the name of a nested object, and of lists of objects. */
const OF_OBJECT: ReadonlySet<string> = new Set(['name', 'displayname', 'value', 'nodes', 'node', 'edges']);

/**
 * The part after the last dot: `title` of `data.title`; and `category` of `category.name`. Nested JSON and some exports
 * have such names.
 */
export const lastPart = (name: string): string => {
  const parts = name.split('.');
  return parts.findLast((part) => !OF_OBJECT.has(part.toLowerCase())) ?? name;
};

/** The last word of a name, and the first: `category` and `product` of `product_category` and `productCategory`. */
const endsOf = (name: string): readonly [first: string, last: string] => {
  const words = name
    .replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, ' ')
    .split(/[\s_.-]+/)
    .filter((word) => word !== '');
  return [words[0] ?? '', words.at(-1) ?? ''];
};

/** Whether a name ends with a common name of a text column: `customer_review`. */
export const endsAsTitle = (name: string): boolean => isTitleName(endsOf(name)[1]);

/** Whether a name ends with a common name of a class column, or asks: `product_category`, `is_toxic`. */
export const endsAsLabel = (name: string): boolean => {
  const [first, last] = endsOf(name);
  return isLabelName(last) || first.toLowerCase() === 'is';
};
