import type { Api, Field } from '../api';

const kSuggestions = 30;

// Fetches the values of a column that contain a text. The first of all values are known without a request.
export const findValues = (api: Api, field: Field) => async (text: string, signal: AbortSignal) => {
  if (text.trim() === '' && field.choices) {
    return { found: field.choices.slice(0, kSuggestions).map((value) => ({ value })), total: field.choices_total ?? field.choices.length, exact: true };
  }
  const { values, total, exact } = await api.values(field.column, text, kSuggestions, signal);
  return { found: values.map((value) => ({ value })), total, exact };
};
