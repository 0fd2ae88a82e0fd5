import { useId } from 'preact/hooks';
import type { Api, Field } from '../api';
import { useServed } from '../served';
import { count, shortened } from '../text';
import { findValues } from './find_values';
import { Search } from './search';

interface Props {
  api: Api;
  field: Field;
  value: string;
  onChange: (value: string) => void;
}

const kSelectUpTo = 40; // longer lists use a search field

export function ChoiceOfOne({ api, field, value, onChange }: Props) {
  const { title } = useServed();
  const id = useId();
  const choices = field.choices ?? [];
  const total = field.choices_total ?? choices.length;
  if (total > kSelectUpTo) {
    return (
      <div class="field">
        <Search
          label={title(field.column)}
          placeholder={`Search ${count(total)}`}
          value={value}
          find={findValues(api, field)}
          onChoose={onChange}
          onClear={() => onChange('')}
        />
      </div>
    );
  }
  const unknown = value !== '' && !choices.includes(value);
  return (
    <div class="field">
      <label for={id}>{title(field.column)}</label>
      <select id={id} dir="auto" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">not given</option>
        {unknown ? <option value={value}>{shortened(value)}</option> : null}
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {shortened(choice)}
          </option>
        ))}
      </select>
    </div>
  );
}
