import { useState } from 'preact/hooks';
import type { Api, Field } from '../api';
import { useServed } from '../served';
import { count, shortened } from '../text';
import { Search } from './search';
import { findValues } from './find_values';

interface Props {
  api: Api;
  field: Field;
  values: string[];
  hint?: string;
  onChange: (values: string[]) => void;
}

const kAllUpTo = 24; // more are collapsed
const kFirst = 14;

// Selects several values of one column: frequent ones with switches, the others by search.
export function Chips({ api, field, values, hint, onChange }: Props) {
  const { title } = useServed();
  const [unfolded, setUnfolded] = useState(false);
  const choices = field.choices ?? [];
  const total = field.choices_total ?? choices.length;
  const all = total <= kAllUpTo || (unfolded && total === choices.length);
  const shown = all ? choices : choices.slice(0, kFirst);
  const others = [...new Set(values)].filter((value) => !shown.includes(value));
  const toggle = (value: string) =>
    onChange(values.includes(value) ? values.filter((v) => v !== value) : [...values, value]);

  return (
    <fieldset class="field">
      <legend>
        {title(field.column)}
        {hint ? <small>{hint}</small> : null}
        {values.length > 0 ? (
          <button type="button" class="clear" aria-label={`Clear ${title(field.column)}`} onClick={() => onChange([])}>
            clear
          </button>
        ) : null}
      </legend>
      <div class="chips">
        {[...shown, ...others].map((value) => (
          <button key={value} type="button" class="chip" dir="auto" aria-pressed={values.includes(value)} onClick={() => toggle(value)}>
            {shortened(value)}
          </button>
        ))}
        {!all && total === choices.length ? (
          <button type="button" class="chip more" onClick={() => setUnfolded(true)}>
            {count(total - shown.length)} more
          </button>
        ) : null}
      </div>
      {total > choices.length ? (
        <Search
          label={`Another ${title(field.column)}`}
          hideLabel
          placeholder={`Search ${count(total)}`}
          find={findValues(api, field)}
          onChoose={(value) => onChange([...values.filter((v) => v !== value), value])}
        />
      ) : null}
    </fieldset>
  );
}
