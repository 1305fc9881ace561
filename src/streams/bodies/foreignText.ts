/** What a text is that is no table, and the remedy. */
export interface Foreign {
  readonly what: string;
  readonly remedy: string;
}

const CSV = 'Export the table as CSV';
const A_TEXT_A_ROW = 'Write a table with a text and its class in each row, as CSV or JSON lines';

/** The beginnings of formats of text that are no tables. */
const BEGINNINGS: readonly (readonly [pattern: RegExp, what: string, remedy: string])[] = [
  [
    /^(<!doctype html|<html)/i,
    'a page of HTML',
    'Check the address: it may ask for a login, or need another link to the file itself',
  ],
  [/^<\?xml/i, 'an XML document', CSV],
  [/^<(table|div|body)\b/i, 'a piece of HTML', CSV],
  [/^<\w[\w:-]*(\s[^<>]*)?>\s*<\w/, 'an XML document', CSV],
  [/^(---\s+)?(-\s+\w+:\s.*\n\s+\w+:\s|\w+:[\t ]*\n[\t ]*-\s)/, 'YAML', 'Write it as JSON or JSON lines'],
  [/^\[\s?\(\s?['"]/, 'a list of Python', 'Write it as JSON lines (json.dumps of each row)'],
  [/^\(lp\d\n|^\(dp\d\n|^ccopy_reg\n/, 'a pickle of Python', 'Save the table as CSV (DataFrame.to_csv)'],
  [/^version https:\/\/git-lfs/, 'a pointer of Git LFS and not the file', 'Fetch the file itself (git lfs pull)'],
  [/^\{\\rtf/, 'a Rich Text document', CSV],
  [/^\{\s*"cells":\s*\[/, 'a notebook of Jupyter', 'Give the table that it reads'],
  [/^From [^\n]*\n[\w-]+: /, 'a mailbox (mbox)', 'Write each mail with its class as a row, as CSV or JSON lines'],
  [/^@\w+\{[^\n]*\n\s*\w+\s*=/, 'BibTeX', CSV],
  [/^TY {2}- \w+\s*\n|^PMID- /, 'a list of references (RIS, MEDLINE)', CSV],
  [/^#FORMAT=WebAnno/, 'a file of annotated words (WebAnno TSV)', A_TEXT_A_ROW],
  [/^(#.*\n)*1\t\S+\t\S+\t\w+\t[^\n]*\n2\t/, 'CoNLL-U, with a word in each line', A_TEXT_A_ROW],
  [/^T\d+\t\S+ \d+ \d+\t[^\n]*\n[TRAE#]\d+\t/, 'a file of annotations (brat)', A_TEXT_A_ROW],
];

/** Answers of servers in place of a file. */
const REFUSAL =
  /^(404: not found|not found|access denied|forbidden)\s*$|^\{"(error|message)":\s*"[^"]*"(,\s*"(documentation_url|status)":[^{}]*)?\}\s*$/i;

/** The tag of a word at the end of a line: `B-ORG`, `I-PER`, `O`. */
const TAGGED = /^\S+[\t ](\S+[\t ])*([BIOESLU]-[\w-]+|O)$/;

/** The features of a line in the format of libsvm: `1 3:0.5 7:1`. */
const FEATURES = /^\S+( \d+:[-+\d.e]+)+\s*$/i;

/** A line with which dumps of databases begin, and the remarks before it. */
const SQL =
  /^(create table |drop table if exists|insert into \S+ ?(\(|values)|pragma \w+ ?=|begin transaction;|set \w+ ?=)/i;
const SQL_REMARK = /^(--|\/\*)/;

/** With fewer lines, what they have in common means nothing. */
const ENOUGH_LINES = 6;

/**
 * Detects text that is no table, and returns its format and the remedy in words.
 *
 * @param text the beginning of the text, without white space at its start
 */
export const foreignText = (text: string): Foreign | undefined => {
  const known = BEGINNINGS.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return { what: known[1], remedy: known[2] };
  if (REFUSAL.test(text)) return { what: 'the answer of a server that refuses the file', remedy: 'Check the address' };
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (SQL.test(lines.find((line) => !SQL_REMARK.test(line)) ?? ''))
    return { what: 'a dump of SQL', remedy: 'Export the table as CSV from a database' };
  // The last line may be cut.
  const whole = lines.slice(0, -1);
  if (whole.length < ENOUGH_LINES) return undefined;
  if (whole.every((line) => TAGGED.test(line)))
    return { what: 'a list of words with tags (CoNLL)', remedy: A_TEXT_A_ROW };
  if (whole.every((line) => FEATURES.test(line)))
    return { what: 'a list of numbers (libsvm) without texts', remedy: A_TEXT_A_ROW };
  return undefined;
};
