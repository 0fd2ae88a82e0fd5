import type { ComponentChild } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Field } from '../api';
import { useServed } from '../served';
import { plural } from '../text';
import { countUse, grouped, readUses } from './field_order';

interface Props {
  fields: Field[];
  values: Map<string, string[]>; // given values by column
  noun: string;
  control: (field: Field) => ComponentChild;
}

// Controls for a form's fields. If there are many, the first ones are shown and the others collapsed.
export function Fields({ fields, values, noun, control }: Props) {
  const { features, model } = useServed();
  // The order does not change while the page is open, so that no control moves while in use.
  const [groups] = useState(() => grouped(fields, features.user_column, readUses(model.name, noun)));
  const [counted] = useState(() => new Set(values.keys()));
  const known = new Map(fields.map((field) => [field.column, field]));
  const of = (columns: string[]) => columns.flatMap((column) => known.get(column) ?? []);
  const placed = new Set([...groups.first, ...groups.rest]);
  const rest = [...of(groups.rest), ...fields.filter((field) => !placed.has(field.column))];
  const given = rest.filter((field) => values.has(field.column)).length;
  const [open, setOpen] = useState(given > 0);
  useEffect(() => {
    for (const column of values.keys()) {
      if (counted.has(column)) continue;
      counted.add(column);
      countUse(model.name, noun, column);
    }
  }, [values]);
  return (
    <>
      {of(groups.first).map(control)}
      {rest.length > 0 ? (
        <details class="group" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>
            {plural(rest.length, `more ${noun}`)}
            {given > 0 ? <small> · {given} given</small> : null}
          </summary>
          {open ? rest.map(control) : null}
        </details>
      ) : null}
    </>
  );
}
