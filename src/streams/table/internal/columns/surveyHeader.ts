import type { TableSample } from '../sampleTable.js';

/** What Qualtrics writes below the questions: the id of each column, as JSON. */
const QUALTRICS = '{"ImportId":';
/** What SurveyMonkey writes below the questions: the kind of each answer. */
const SURVEY_MONKEY = /^(open-ended response|response)$/i;

/**
 * How many of the first records belong to the header of a survey: programs for surveys write the whole questions, or
 * the kinds of the answers, below the names of the columns.
 */
export const surveyHeader = ({ names, rows }: TableSample): number => {
  const values = (row: number): readonly string[] =>
    names.flatMap((name) => {
      const value = (rows[row]?.[name] ?? '').trim();
      return value === '' ? [] : [value];
    });
  const [second, third] = [values(0), values(1)];
  if (third.length > 1 && third.every((value) => value.startsWith(QUALTRICS))) return 2;
  return second.length > 1 && second.length < names.length && second.every((value) => SURVEY_MONKEY.test(value))
    ? 1
    : 0;
};
