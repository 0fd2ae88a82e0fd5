// Pictures of items, whose addresses are in the column that the model's config names as display_image.
import { useState } from 'preact/hooks';
import type { Features, Item } from './api';

// The absolute address, if the page may load it: by https, or from its own server.
export function safeAddress(text: string, page: string): string | undefined {
  if (text.trim() === '' || !URL.canParse(text, page)) return undefined;
  const url = new URL(text, page);
  const own = /^https?:$/.test(url.protocol) && url.origin === new URL(page).origin;
  return url.protocol === 'https:' || own ? url.href : undefined;
}

// The address of an item's picture, if it has one.
export function pictureOf(item: Item, features: Features): string | undefined {
  const value = features.display_image === undefined ? undefined : item.attributes[features.display_image];
  return typeof value === 'string' ? safeAddress(value, document.baseURI) : undefined;
}

// Takes up the same space if an item has no picture or it fails to load. Has no alternative text, since the
// item's name is shown.
export function Picture({ address }: { address: string | undefined }) {
  const [broken, setBroken] = useState('');
  return (
    <span class="picture-of" aria-hidden="true">
      {address && address !== broken ? (
        <img src={address} alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer" onError={() => setBroken(address)} />
      ) : null}
    </span>
  );
}
