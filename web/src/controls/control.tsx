import type { Api, Field } from '../api';
import { Bounds } from './bounds';
import { Chips } from './chips';
import { ChoiceOfOne } from './choice_of_one';
import { History } from './history';
import { Slider } from './slider';
import { Typed } from './typed';

interface Props {
  api: Api;
  field: Field;
  values: string[];
  onChange: (values: string[]) => void;
}

interface QueryProps extends Props {
  known?: string[]; // of a history: the ids that are used if none are given
  user?: string; // the query's user
}

// The control for a value of a query.
export function QueryControl({ api, field, values, known: knownHistory, user, onChange }: QueryProps) {
  const value = values[0] ?? '';
  const setOne = (text: string) => onChange([text]);
  const known = (field.choices?.length ?? 0) > 0;
  if (field.kind === 'history') return <History api={api} field={field} values={values} known={knownHistory} user={user} onChange={onChange} />;
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
