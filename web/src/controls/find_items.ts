import type { Api, Item } from '../api';
import { shortened, valuesOf } from '../text';

const kSuggestions = 20;

const kNoted = 6; // values of a list

// Its attributes, without its name and what a person cannot read.
const noteOf = (item: Item) =>
  Object.values(item.attributes)
    .map((value) => [...new Set(valuesOf(value))].filter((one) => one !== item.display && !/^https?:/.test(one)))
    .map((values) => values.slice(0, kNoted).map((one) => shortened(one)).join(', '))
    .filter(Boolean)
    .join(' · ');

// Asks the server for items that hold a text.
export const findItems = (api: Api) => async (text: string, signal: AbortSignal) => {
  const { items, total } = await api.items(text, kSuggestions, signal);
  return { found: items.map((item) => ({ value: item.id, ...(item.display ? { name: item.display } : {}), note: noteOf(item) })), total };
};
