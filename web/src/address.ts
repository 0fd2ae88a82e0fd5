// The address bar keeps the page's state: the path names the view, the query string what was chosen.
import { useEffect, useState } from 'preact/hooks';

export interface Address {
  path: string;
  query: URLSearchParams;
}

const kPause = 200; // milliseconds; browsers refuse more than some writes a second

const listeners = new Set<() => void>();
let current = read();
let timer: ReturnType<typeof setTimeout> | undefined;

function read(): Address {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

function show(address: Address): void {
  current = address;
  listeners.forEach((listener) => listener());
}

function write(): void {
  if (timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  history.replaceState(null, '', addressOf(current.path, current.query) + location.hash);
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

// A new entry of the history: another view, another item.
export function go(address: string): void {
  write();
  history.pushState(null, '', address);
  show(read());
}

// The same entry with another state, for a control that was moved.
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
