import type { Api, Features, Item } from '../api';
import { shortened, valuesOf } from '../text';

const kSuggestions = 20;

const kNoted = 6; // values of a list

// An item's attributes, without its name, picture and unreadable values.
const noteOf = (item: Item, { display_image }: Features) =>
  Object.entries(item.attributes)
    .filter(([column]) => column !== display_image)
    .map(([, value]) => [...new Set(valuesOf(value))].filter((one) => one !== item.display && !/^https?:/.test(one)))
    .map((values) => values.slice(0, kNoted).map((one) => shortened(one)).join(', '))
    .filter(Boolean)
    .join(' · ');

// Fetches items whose text contains the query.
export const findItems = (api: Api, features: Features, seen: (items: Item[]) => void = () => {}) => async (text: string, signal: AbortSignal) => {
  const { items, total, exact } = await api.items(text, kSuggestions, signal);
  seen(items);
  return { found: items.map((item) => ({ value: item.id, ...(item.display ? { name: item.display } : {}), note: noteOf(item, features) })), total, exact };
};
