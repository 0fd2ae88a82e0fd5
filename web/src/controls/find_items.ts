import type { Api } from '../api';

const kSuggestions = 20;

// Asks the server for items that hold a text.
export const findItems = (api: Api) => async (text: string, signal: AbortSignal) => {
  const { items, total } = await api.items(text, kSuggestions, signal);
  return { found: items.map((item) => ({ value: item.id, note: Object.values(item.attributes).filter(Boolean).join(' · ') })), total };
};
