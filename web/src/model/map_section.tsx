import { useMemo } from 'preact/hooks';
import { amend, useAddress } from '../address';
import type { Features, ItemMap } from '../api';
import { Attributes } from '../attributes';
import { findItems } from '../controls/find_items';
import { Search } from '../controls/search';
import { Link } from '../link';
import { isPicture } from '../picture';
import { useServed } from '../served';
import { Failure, Waiting } from '../states';
import { count, plural, shortened, titleOf } from '../text';
import type { Asked } from '../use_answer';
import { MapCanvas } from './map_canvas';
import { colouringOf } from './map_colouring';
import type { View } from './map_view';
import { mappedItems, type MappedItem } from './mapped_item';

const kCloser = 6; // zoom for an item found by search

export function MapSection({ map }: { map: Asked<ItemMap> }) {
  return (
    <section id="map" aria-labelledby="map-title">
      <h2 id="map-title">Map of the items</h2>
      {map.problem ? <Failure problem={map.problem} again={map.again} /> : null}
      {!map.value && !map.problem ? <Waiting lines={5} label="Loading the map" /> : null}
      {map.value && map.value.ids.length > 0 ? <ExploredMap map={map.value} /> : null}
    </section>
  );
}

// The map's state in the address.
interface Look {
  view: View | null;
  item: string | null;
  by: string; // the attribute that determines colours
  value: string; // its highlighted value, if any
}

function readLook(query: URLSearchParams, features: Features): Look {
  const [x, y, zoom] = (query.get('view') ?? '').split(',').map(Number);
  const known = [x, y, zoom].every((n) => n !== undefined && Number.isFinite(n));
  const by = query.get('by') ?? features.attributes.find((field) => field.input === 'one')?.column ?? features.attributes[0]?.column ?? '';
  const value = query.get('value') ?? features.attributes.find((field) => field.column === by)?.choices?.[0] ?? '';
  return { view: known ? { x: x!, y: y!, zoom: zoom! } : null, item: query.get('item'), by, value };
}

function writeLook(query: URLSearchParams, change: Partial<Look>): URLSearchParams {
  const next = new URLSearchParams(query);
  const set = (name: string, value: string | null) => (value === null ? next.delete(name) : next.set(name, value));
  if (change.view !== undefined) {
    const { view } = change;
    set('view', view && [view.x, view.y, view.zoom].map((n) => Number(n.toPrecision(4))).join(','));
  }
  if (change.item !== undefined) set('item', change.item);
  if (change.by !== undefined) set('by', change.by);
  if (change.by !== undefined || change.value !== undefined) set('value', change.value ?? null);
  return next;
}

function ExploredMap({ map }: { map: ItemMap }) {
  const { api, features, model } = useServed();
  const { query } = useAddress();
  const attributes = features.attributes.filter((f) => !isPicture(f));
  const look = readLook(query, features);
  const change = (next: Partial<Look>) => amend(writeLook(query, next));
  const field = features.attributes.find((f) => f.column === look.by);
  const items = useMemo(() => mappedItems(map), [map]);
  const colouring = useMemo(() => colouringOf(items, field, look.value), [items, field, look.value]);
  const chosen = look.item === null ? -1 : items.findIndex((item) => item.id === look.item);
  const choose = (index: number) => change({ item: items[index]?.id ?? null });
  const search = (id: string) => {
    const found = items.find((item) => item.id === id);
    change(found ? { item: id, view: { x: found.x, y: found.y, zoom: Math.max(kCloser, look.view?.zoom ?? 1) } } : { item: id });
  };
  const shown = items.length < map.total ? `${count(items.length)} of ${count(map.total)} items` : plural(map.total, 'item');
  return (
    <>
      <p class="lead">
        Items whose embeddings point in similar directions are close together. The two axes show {(100 * map.explained).toFixed(0)}&nbsp;% of their variance.
      </p>
      <div class="map-tools">
        <Search label="Find an item on the map" placeholder={`Search ${plural(model.items, 'item')}`} find={findItems(api)} onChoose={search} />
        {attributes.length > 0 ? (
          <label>
            Colour by
            <select value={look.by} onChange={(event) => change({ by: event.currentTarget.value })}>
              <option value="">nothing</option>
              {attributes.map(({ column }) => (
                <option key={column} value={column}>
                  {titleOf(column)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {field?.input === 'several' ? (
          <label>
            Value
            <select value={look.value} onChange={(event) => change({ value: event.currentTarget.value })}>
              {(field.choices ?? []).map((choice) => (
                <option key={choice} value={choice}>
                  {shortened(choice)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
      </div>
      <div class="map">
        <MapCanvas
          items={items}
          colouring={colouring}
          view={look.view}
          chosen={chosen}
          onView={(view) => change({ view })}
          onChoose={choose}
        />
        <div class="map-chosen" role="status">
          {look.item !== null ? <Chosen item={items[chosen]} id={look.item} onClose={() => change({ item: null })} /> : null}
        </div>
      </div>
      <div class="map-key">
        {field ? (
          <ul>
            {colouring.legend.map(({ name, colour }) => (
              <li key={name}>
                <i style={{ background: `var(${colour})` }} />
                <bdi>{shortened(name)}</bdi>
              </li>
            ))}
          </ul>
        ) : null}
        <p id="map-keys">{shown}. Drag to move; click, then scroll to zoom; arrows, + and − do the same, Enter selects the item in the middle.</p>
      </div>
    </>
  );
}

function Chosen({ item, id, onClose }: { item: MappedItem | undefined; id: string; onClose: () => void }) {
  const { at } = useServed();
  return (
    <div class="map-card">
      <button type="button" class="clear" aria-label="Deselect the item" onClick={onClose}>
        ×
      </button>
      <h3 dir="auto" class="id">
        {id}
      </h3>
      {item ? <Attributes item={item} wanted={() => false} /> : <p>The map shows a part of the catalogue, and this item is not in it.</p>}
      <Link to={at('/similar', { item: id })}>Similar items</Link>
    </div>
  );
}
