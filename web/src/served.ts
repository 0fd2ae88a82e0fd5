// The model that the page shows, and what all views share.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api, Features, ServedModel } from './api';
import { addressOf } from './address';
import { titleOf, titlesOf } from './text';

export interface Served {
  api: Api;
  features: Features;
  model: ServedModel;
  // The address of a view of the same model.
  at: (path: string, query?: Record<string, string>) => string;
  // The readable name of a column, which no other column of the model has.
  title: (column: string) => string;
}

export const ServedContext = createContext<Served | null>(null);

export function useServed(): Served {
  const served = useContext(ServedContext);
  if (!served) throw new Error('no model around');
  return served;
}

export function titlesOfModel({ query, attributes, labels, id_column, user_column }: Features): Served['title'] {
  const columns = [...query, ...attributes].map(({ column }) => column);
  const titles = titlesOf([...columns, ...labels.map(({ label }) => label), id_column, ...(user_column === undefined ? [] : [user_column])]);
  return (column) => titles.get(column) ?? titleOf(column);
}

// The first model is not named in the address.
export function addressesOf(model: string, first: boolean): Served['at'] {
  return (path, query = {}) => addressOf(path, new URLSearchParams(first ? query : { model, ...query }));
}
