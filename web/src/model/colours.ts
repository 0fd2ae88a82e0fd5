// The style sheet's colours, for drawing on a canvas.
import { useEffect, useState } from 'preact/hooks';

export const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const kDark = matchMedia('(prefers-color-scheme: dark)');

// Changes when the system switches between light and dark mode.
export function useScheme(): 'light' | 'dark' {
  const [dark, setDark] = useState(kDark.matches);
  useEffect(() => {
    const listener = () => setDark(kDark.matches);
    kDark.addEventListener('change', listener);
    return () => kDark.removeEventListener('change', listener);
  }, []);
  return dark ? 'dark' : 'light';
}
