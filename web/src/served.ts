// The model that the page shows, and what all views share.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Api, Features, ServedModel } from './api';
import { addressOf } from './address';

export interface Served {
  api: Api;
  features: Features;
  model: ServedModel;
  // The address of a view of the same model.
  at: (path: string, query?: Record<string, string>) => string;
}

export const ServedContext = createContext<Served | null>(null);

export function useServed(): Served {
  const served = useContext(ServedContext);
  if (!served) throw new Error('no model around');
  return served;
}

// The first model is not named in the address.
export function addressesOf(model: string, first: boolean): Served['at'] {
  return (path, query = {}) => addressOf(path, new URLSearchParams(first ? query : { model, ...query }));
}
