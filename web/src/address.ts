// The address bar keeps the page's state: the path is the view, the query string the user's choices.
import { useEffect, useState } from 'preact/hooks';

export interface Address {
  path: string;
  query: URLSearchParams;
}

const kPause = 200; // milliseconds; browsers limit writes per second

// A server refuses a request with too long a header, and so an address with many or long ids. Such a query is
// kept in the history entry instead, where reloading and going back find it.
const kMostBytes = 8000;
const kKept = 'query';

const listeners = new Set<() => void>();
let current = read();
let timer: ReturnType<typeof setTimeout> | undefined;

function read(): Address {
  const kept = history.state?.[kKept];
  return { path: location.pathname, query: new URLSearchParams(typeof kept === 'string' ? kept : location.search) };
}

// The arguments of history.pushState() and replaceState() for an address.
export function entryOf(address: string): [state: Record<string, string> | null, title: '', address: string] {
  const at = address.indexOf('?');
  if (address.length <= kMostBytes || at < 0) return [null, '', address];
  const query = new URLSearchParams(address.slice(at + 1));
  const model = query.get('model');
  return [{ [kKept]: query.toString() }, '', addressOf(address.slice(0, at), new URLSearchParams(model ? { model } : {}))];
}

function show(address: Address): void {
  current = address;
  listeners.forEach((listener) => listener());
}

function write(): void {
  if (timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  const [state, title, address] = entryOf(addressOf(current.path, current.query));
  history.replaceState(state, title, address + location.hash);
}

addEventListener('popstate', () => {
  clearTimeout(timer);
  timer = undefined;
  show(read());
});
addEventListener('pagehide', write);

export function addressOf(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

// Adds a history entry: another view or item.
export function go(address: string): void {
  write();
  history.pushState(...entryOf(address));
  show(read());
}

// Replaces the state of the current entry, for a control that was moved.
export function amend(query: URLSearchParams): void {
  clearTimeout(timer);
  timer = setTimeout(write, kPause);
  show({ path: current.path, query });
}

export function useAddress(): Address {
  const [address, setAddress] = useState(current);
  useEffect(() => {
    const listener = () => setAddress(current);
    listeners.add(listener);
    listener();
    return () => void listeners.delete(listener);
  }, []);
  return address;
}
