import type { Label, Recommendation } from '../api';
import { Attributes } from '../attributes';
import { Link } from '../link';
import { Measure } from '../measure';
import { useServed } from '../served';
import { figure, fixed, shortened, titleOf } from '../text';
import type { Choice } from './choice';
import { digitsOfScale, scaleOf, shareOf, type Scale } from './scale';
import { Why } from './why';

interface Props {
  items: Recommendation[];
  choice: Choice;
  onWhy: (id: string) => void; // '': of none
}

export function RecommendationList({ items, choice, onWhy }: Props) {
  const { features } = useServed();
  const scales = features.labels.map((label) => scaleOf(label, items.map((item) => item.predictions?.[label.label] ?? 0)));
  return (
    <ol class="cards">
      {items.map((item) => (
        <Card key={item.id} item={item} choice={choice} labels={features.labels} scales={scales} onWhy={onWhy} />
      ))}
    </ol>
  );
}

interface CardProps {
  item: Recommendation;
  choice: Choice;
  labels: Label[];
  scales: Scale[];
  onWhy: (id: string) => void;
}

function Card({ item, choice, labels, scales, onWhy }: CardProps) {
  const { at } = useServed();
  const open = choice.why === item.id;
  const wanted = (column: string, value: string) => choice.query.get(column)?.includes(value) ?? false;
  return (
    <li class="card">
      <span class="rank">{item.rank}</span>
      <div class="what">
        <h3 dir="auto" class="id">{item.display || item.id}</h3>
        <Attributes item={item} wanted={wanted} />
      </div>
      <div class="measures">
        {labels.map(({ label }, i) => (
          <Predicted key={label} label={label} value={item.predictions?.[label]} scale={scales[i]!} />
        ))}
        {item.score !== undefined && item.score !== null ? (
          <p class="measure score">
            <span>Score</span> <b>{figure(item.score)}</b>
          </p>
        ) : null}
      </div>
      <div class="acts">
        <button type="button" aria-expanded={open} aria-label={`Why ${shortened(item.id)}`} onClick={() => onWhy(open ? '' : item.id)}>
          Why
        </button>
        <Link to={at('/similar', { item: item.id })} label={`Similar to ${shortened(item.id)}`}>
          Similar
        </Link>
      </div>
      {open && item.explanation ? <Why item={item} explanation={item.explanation} choice={choice} scales={scales} /> : null}
    </li>
  );
}

function Predicted({ label, value, scale }: { label: string; value: number | null | undefined; scale: Scale }) {
  if (value == null) return null;
  return <Measure name={titleOf(label)} text={fixed(value, digitsOfScale(scale))} share={shareOf(value, scale)} />;
}
