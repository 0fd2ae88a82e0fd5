// Items of the catalogue by their ids, with names and pictures.
import { useEffect, useState } from 'preact/hooks';
import { Problem, type Item } from './api';
import { useServed } from './served';

const kPlaces = 20; // models and versions that are kept

// The items that the page has seen, by model and version. null: the catalogue has no such item.
const seen = new Map<string, Map<string, Item | null>>();

function itemsOf(version: string): Map<string, Item | null> {
  let items = seen.get(version);
  if (!items) {
    items = new Map();
    if (seen.size >= kPlaces) seen.delete(seen.keys().next().value!);
    seen.set(version, items);
  }
  return items;
}

// Keeps items that an answer contains, so that useItems() need not fetch them.
export function useRemember(): (items: Item[]) => void {
  const { model } = useServed();
  return (items) => {
    const known = itemsOf(`${model.name} ${model.version}`);
    for (const item of items) known.set(item.id, item);
  };
}

// Looks up items. Those that the page has not seen are fetched; until then they are undefined.
export function useItems(ids: string[]): (id: string) => Item | null | undefined {
  const { api, model } = useServed();
  const [, setFetched] = useState(0);
  const known = itemsOf(`${model.name} ${model.version}`);
  const missing = ids.filter((id) => !known.has(id));
  useEffect(() => {
    if (missing.length === 0) return;
    const controller = new AbortController();
    const fetched = missing.map((id) =>
      api.item(id, controller.signal).then(
        (item) => void known.set(id, item),
        (problem) => {
          if (problem instanceof Problem && problem.status === 404) known.set(id, null);
        },
      ),
    );
    Promise.all(fetched).then(() => {
      if (!controller.signal.aborted) setFetched((n) => n + 1);
    });
    return () => controller.abort();
  }, [known, missing.join('\n')]);
  return (id) => known.get(id);
}
