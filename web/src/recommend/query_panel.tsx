import { useState } from 'preact/hooks';
import type { Field } from '../api';
import { FilterControl, QueryControl } from '../controls/control';
import { useServed } from '../served';
import { userOf, withValues, type Choice } from './choice';
import { Fields } from './fields';

interface Props {
  choice: Choice;
  known: Record<string, string[]> | undefined; // the histories of the query's user, by column, if they are used
  onChange: (choice: Choice) => void;
}

// Controls for the query's features, then for filtering by the items' attributes.
export function QueryPanel({ choice, known, onChange }: Props) {
  const { api, features } = useServed();
  const [open, setOpen] = useState(false);
  const { attributes } = features;
  const given = choice.query.size + choice.only.size;
  const queryControl = (field: Field) => (
    <QueryControl
      key={field.column}
      api={api}
      field={field}
      values={choice.query.get(field.column) ?? []}
      known={known?.[field.column] ?? (known ? [] : undefined)}
      user={userOf(choice, features)}
      onChange={(values) => onChange({ ...choice, query: withValues(choice.query, field.column, values) })}
    />
  );
  const filterControl = (field: Field) => (
    <FilterControl
      key={field.column}
      api={api}
      field={field}
      values={choice.only.get(field.column) ?? []}
      onChange={(values) => onChange({ ...choice, only: withValues(choice.only, field.column, values) })}
    />
  );
  return (
    <aside class={open ? 'query open' : 'query'} aria-label="Query">
      <button type="button" class="query-switch" aria-expanded={open} onClick={() => setOpen(!open)}>
        Query{given > 0 ? ` · ${given} given` : ''}
      </button>
      <div class="query-fields">
        <div class="query-head">
          <h2>Query</h2>
          {given > 0 ? (
            <button type="button" class="clear" onClick={() => onChange({ ...choice, query: new Map(), only: new Map() })}>
              clear all
            </button>
          ) : null}
        </div>
        <Fields fields={features.query} values={choice.query} noun="feature" control={queryControl} />
        {attributes.length > 0 ? (
          <details open={choice.only.size > 0}>
            <summary>
              <h2>Only items with</h2>
            </summary>
            <Fields fields={attributes} values={choice.only} noun="attribute" control={filterControl} />
          </details>
        ) : null}
      </div>
    </aside>
  );
}
