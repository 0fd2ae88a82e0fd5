import type { Api, Item } from '../api';
import { shortened, valuesOf } from '../text';

const kSuggestions = 20;

const noteOf = (item: Item) =>
  Object.values(item.attributes)
    .map((value) => [...new Set(valuesOf(value))].map((one) => shortened(one)).join(', '))
    .filter(Boolean)
    .join(' · ');

// Asks the server for items that hold a text.
export const findItems = (api: Api) => async (text: string, signal: AbortSignal) => {
  const { items, total } = await api.items(text, kSuggestions, signal);
  return { found: items.map((item) => ({ value: item.id, note: noteOf(item) })), total };
};
