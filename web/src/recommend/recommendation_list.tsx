import type { Label, Recommendation } from '../api';
import { Attributes } from '../attributes';
import { Link } from '../link';
import { Measure } from '../measure';
import { Picture, pictureOf } from '../picture';
import { useServed } from '../served';
import { digitsOf, fixed, shortened } from '../text';
import type { Choice } from './choice';
import { Meanings } from './meanings';
import { digitsOfScale, scaleOf, shareOf, shownScale, type Scale } from './scale';
import { Why } from './why';

interface Props {
  items: Recommendation[];
  choice: Choice;
  onWhy: (id: string) => void; // '': none
}

export function RecommendationList({ items, choice, onWhy }: Props) {
  const { features } = useServed();
  const valuesOf = ({ label }: Label) => items.flatMap((item) => item.predictions?.[label] ?? []);
  const scales = features.labels.map((label) => scaleOf(label, valuesOf(label)));
  const bars = features.labels.map((label) => shownScale(label, valuesOf(label)));
  const scores = items.flatMap((item) => item.score ?? []);
  const scoreDigits = digitsOf(Math.max(...scores) - Math.min(...scores) || Math.max(...scores.map(Math.abs)));
  const pictured = items.some((item) => pictureOf(item, features));
  return (
    <>
      <Meanings bars={bars} scored={scores.length > 0} />
      <ol class={pictured ? 'cards pictured' : 'cards'}>
        {items.map((item) => (
          <Card key={item.id} {...{ item, choice, scales, bars, scoreDigits, pictured, onWhy }} labels={features.labels} />
        ))}
      </ol>
    </>
  );
}

interface CardProps {
  item: Recommendation;
  choice: Choice;
  labels: Label[];
  scales: Scale[]; // one per label
  bars: Scale[]; // ranges of the labels' bars
  scoreDigits: number;
  pictured: boolean; // whether items in the list have pictures
  onWhy: (id: string) => void;
}

function Card({ item, choice, labels, scales, bars, scoreDigits, pictured, onWhy }: CardProps) {
  const { at, features } = useServed();
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
        <button type="button" aria-expanded={open} aria-label={`Why ${name}`} onClick={() => onWhy(open ? '' : item.id)}>
          Why
        </button>
        <Link to={at('/similar', { item: item.id })} label={`Similar to ${name}`}>
          Similar
        </Link>
      </div>
      {open && item.explanation ? <Why item={item} explanation={item.explanation} choice={choice} scales={scales} /> : null}
    </li>
  );
}

function Predicted({ label, value, digits, bar }: { label: string; value: number | null | undefined; digits: number; bar: Scale }) {
  const { title } = useServed();
  if (value == null) return null;
  return <Measure name={title(label)} text={fixed(value, digits)} share={shareOf(value, bar)} />;
}
