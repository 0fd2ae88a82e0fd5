// Pictures of items: an attribute with a typical name whose values are image URLs.
import { useState } from 'preact/hooks';
import type { AttributeValue, Field, Item } from './api';

const kNames = /^(display[_ ]?)?(image|poster|cover|picture|thumbnail|artwork)([_ ]?(url|link))?$/i;

// An attribute that is shown as a picture and never as text.
export const isPicture = ({ column, input }: Field): boolean => kNames.test(column) && (input === 'one' || input === 'words');

const isAddress = (value: AttributeValue | undefined): value is string => typeof value === 'string' && /^https?:\/\//i.test(value);

// The URL of an item's picture, if it has one.
export function pictureOf(item: Item, attributes: Field[]): string | undefined {
  return attributes.filter(isPicture).map(({ column }) => item.attributes[column]).find(isAddress);
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
