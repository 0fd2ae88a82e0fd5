import { useEffect, useRef } from 'preact/hooks';
import type { Label, Recommendation } from '../api';
import { Attributes } from '../attributes';
import { Link } from '../link';
import { Measure } from '../measure';
import { Picture, pictureOf } from '../picture';
import { useServed } from '../served';
import { digitsOf, fixed, shortened } from '../text';
import { historyOf, type Choice } from './choice';
import { Meanings } from './meanings';
import { digitsOfScale, scaleOf, shareOf, shownScale, type Scale } from './scale';
import { Why } from './why';

interface Props {
  items: Recommendation[];
  choice: Choice;
  known: Record<string, string[]> | undefined; // histories of the query's user, by column, that were used
  liked: string[] | undefined; // ids of the history that likes are added to; undefined if there is none
  onLike: (id: string, likes: boolean) => void;
  onWhy: (id: string) => void; // '': none
}

export function RecommendationList({ items, choice, known, liked, onLike, onWhy }: Props) {
  const { features } = useServed();
  const list = useRef<HTMLOListElement>(null);
  // The card whose item was liked. It usually leaves the list, and the focus goes to the card in its place.
  const place = useRef(-1);
  useEffect(() => {
    if (place.current < 0) return;
    if (document.activeElement === document.body) list.current?.children[Math.min(place.current, items.length - 1)]?.querySelector<HTMLElement>('.like')?.focus();
    place.current = -1;
  }, [items]);
  const like = (id: string, likes: boolean) => {
    place.current = items.findIndex((item) => item.id === id);
    onLike(id, likes);
  };
  const valuesOf = ({ label }: Label) => items.flatMap((item) => item.predictions?.[label] ?? []);
  const scales = features.labels.map((label) => scaleOf(label, valuesOf(label)));
  const bars = features.labels.map((label) => shownScale(label, valuesOf(label)));
  const scores = items.flatMap((item) => item.score ?? []);
  const scoreDigits = digitsOf(Math.max(...scores) - Math.min(...scores) || Math.max(...scores.map(Math.abs)));
  const pictured = items.some((item) => pictureOf(item, features));
  return (
    <>
      <Meanings bars={bars} scored={scores.length > 0} />
      <ol class={pictured ? 'cards pictured' : 'cards'} ref={list}>
        {items.map((item) => (
          <Card key={item.id} {...{ item, choice, known, liked, scales, bars, scoreDigits, pictured, onWhy }} onLike={like} labels={features.labels} />
        ))}
      </ol>
    </>
  );
}

interface CardProps extends Pick<Props, 'known' | 'liked' | 'onLike' | 'onWhy'> {
  item: Recommendation;
  choice: Choice;
  labels: Label[];
  scales: Scale[]; // one per label
  bars: Scale[]; // ranges of the labels' bars
  scoreDigits: number;
  pictured: boolean; // whether items in the list have pictures
}

function Card({ item, choice, known, liked, labels, scales, bars, scoreDigits, pictured, onLike, onWhy }: CardProps) {
  const { at, features, title } = useServed();
  const open = choice.why === item.id;
  const wanted = (column: string, value: string) => choice.query.get(column)?.includes(value) ?? false;
  const name = shortened(item.display || item.id);
  return (
    <li class="card">
      <span class="rank">{item.rank}</span>
      {pictured ? <Picture address={pictureOf(item, features)} /> : null}
      <div class="what">
        <h3 dir="auto" class="id">{item.display || item.id}</h3>
        <Attributes item={item} wanted={wanted} />
      </div>
      <div class="measures">
        {labels.map(({ label }, i) => (
          <Predicted key={label} label={label} value={item.predictions?.[label]} digits={digitsOfScale(scales[i]!)} bar={bars[i]!} />
        ))}
        {item.score !== undefined && item.score !== null ? (
          <p class="measure score">
            <span>Score</span> <b>{fixed(item.score, scoreDigits)}</b>
          </p>
        ) : null}
      </div>
      <div class="acts">
        {liked ? (
          <button
            type="button"
            class="like"
            aria-pressed={liked.includes(item.id)}
            aria-label={`Like ${name}`}
            title={`Add to ${title(historyOf(features)!.column)}`}
            onClick={() => onLike(item.id, !liked.includes(item.id))}
          >
            Like
          </button>
        ) : null}
        <button type="button" aria-expanded={open} aria-label={`Why ${name}`} onClick={() => onWhy(open ? '' : item.id)}>
          Why
        </button>
        <Link to={at('/similar', { item: item.id })} label={`Similar to ${name}`}>
          Similar
        </Link>
      </div>
      {open && item.explanation ? <Why item={item} explanation={item.explanation} choice={choice} known={known} scales={scales} /> : null}
    </li>
  );
}

function Predicted({ label, value, digits, bar }: { label: string; value: number | null | undefined; digits: number; bar: Scale }) {
  const { title } = useServed();
  if (value == null) return null;
  return <Measure name={title(label)} text={fixed(value, digits)} share={shareOf(value, bar)} />;
}
