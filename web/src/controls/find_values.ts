import type { Api, Field } from '../api';

const kSuggestions = 30;

// Asks the server for the values of a column that hold a text.
export const findValues = (api: Api, field: Field) => async (text: string, signal: AbortSignal) => {
  const { values, total } = await api.values(field.column, text, kSuggestions, signal);
  return { found: values.map((value) => ({ value })), total };
};
