import { useState } from 'preact/hooks';
import type { Item } from './api';
import { useServed } from './served';
import { count, shortened, valuesOf } from './text';

const kShown = 6; // number of a list's values that are not collapsed

interface Props {
  item: Item;
  wanted: (column: string, value: string) => boolean; // whether to highlight the value
}

// An item's attributes on one line, without those in its heading and picture.
export function Attributes({ item, wanted }: Props) {
  const { features, title } = useServed();
  const shown = features.attributes
    .map((field) => ({ field, values: [...new Set(valuesOf(item.attributes[field.column]))] }))
    .filter(({ values }) => values.length > 0 && !(values.length === 1 && values[0] === (item.display || item.id)));
  return (
    <ul class="attributes">
      {shown.map(({ field, values }) => [
        <li key={field.column}>
          <span class={field.input === 'number' ? '' : 'for-readers'}>{title(field.column)} </span>
          <Values values={values} wanted={(value) => wanted(field.column, value)} />
        </li>,
        ' ', // allows a line break
      ])}
    </ul>
  );
}

// Of many values, the wanted ones come first. The others can be expanded.
function Values({ values, wanted }: { values: string[]; wanted: (value: string) => boolean }) {
  const [unfolded, setUnfolded] = useState(false);
  const all = unfolded || values.length <= kShown + 1;
  const order = all ? values : [...values.filter(wanted), ...values.filter((value) => !wanted(value))].slice(0, kShown);
  const hidden = values.length - order.length;
  return (
    <>
      {order.map((value, i) => (
        <span key={value}>
          {i > 0 ? ', ' : ''}
          <bdi>{wanted(value) ? <b>{shortened(value)}</b> : shortened(value)}</bdi>
        </span>
      ))}
      {hidden > 0 ? (
        <>
          {' '}
          <button type="button" class="clear" onClick={() => setUnfolded(true)}>
            and {count(hidden)} more
          </button>
        </>
      ) : null}
    </>
  );
}
