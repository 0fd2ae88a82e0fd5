import type { Item } from './api';
import { useServed } from './served';
import { shortened, titleOf, valuesOf } from './text';

// An item's attributes on a line; those that are wanted stand out.
export function Attributes({ item, wanted }: { item: Item; wanted: (column: string, value: string) => boolean }) {
  const { features } = useServed();
  const given = features.attributes.filter((field) => valuesOf(item.attributes[field.column]).length > 0);
  return (
    <ul class="attributes">
      {given.map((field) => [
        <li key={field.column}>
          <span class={field.input === 'number' ? '' : 'for-readers'}>{titleOf(field.column)} </span>
          {[...new Set(valuesOf(item.attributes[field.column]))].map((value, i) => (
            <span key={value}>
              {i > 0 ? ', ' : ''}
              <bdi>{wanted(field.column, value) ? <b>{shortened(value)}</b> : shortened(value)}</bdi>
            </span>
          ))}
        </li>,
        ' ', // where the line may break
      ])}
    </ul>
  );
}
