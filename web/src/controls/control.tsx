import type { Api, Field } from '../api';
import { Bounds } from './bounds';
import { Chips } from './chips';
import { ChoiceOfOne } from './choice_of_one';
import { Slider } from './slider';
import { Typed } from './typed';

interface Props {
  api: Api;
  field: Field;
  values: string[];
  onChange: (values: string[]) => void;
}

// The control for a value of a query.
export function QueryControl({ api, field, values, onChange }: Props) {
  const value = values[0] ?? '';
  const setOne = (text: string) => onChange([text]);
  const known = (field.choices?.length ?? 0) > 0;
  if (field.input === 'several' && known) return <Chips api={api} field={field} values={values} onChange={onChange} />;
  if (field.input === 'one' && known) return <ChoiceOfOne api={api} field={field} value={value} onChange={setOne} />;
  const bounded = field.least !== undefined && field.most !== undefined && field.least < field.most;
  if (field.input === 'number' && bounded) return <Slider field={field} value={value} onChange={setOne} />;
  return <Typed field={field} value={value} onChange={setOne} />;
}

// The control for filtering by an attribute of the items.
export function FilterControl({ api, field, values, onChange }: Props) {
  if (field.input === 'number' || field.input === 'time') return <Bounds field={field} values={values} onChange={onChange} />;
  return <Chips api={api} field={field} values={values} onChange={onChange} hint="any of" />;
}
