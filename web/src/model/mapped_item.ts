import type { Item, ItemMap } from '../api';
import type { Point } from './map_view';

export interface MappedItem extends Item, Point {}

export function mappedItems(map: ItemMap): MappedItem[] {
  const columns = Object.entries(map.attributes);
  return map.ids.map((id, i) => ({
    id,
    ...(map.display ? { display: map.display[i]! } : {}),
    x: map.x[i]!,
    y: map.y[i]!,
    attributes: Object.fromEntries(columns.map(([name, values]) => [name, values[i] ?? null])),
  }));
}
