import type { ModelCard } from '../api';
import { count } from '../text';

// A summary of the model and its main metrics.
export function Glance({ card }: { card: ModelCard }) {
  const sizes: [string, number][] = [
    ['parameters', card.sizes.parameters],
    ['embedding width', card.sizes.embedding_width],
    ['stored ratings', card.sizes.ratings],
  ];
  const facts: [string, string][] = [
    ['items', count(card.sizes.items)],
    ...sizes.filter(([, size]) => size > 0).map(([name, size]): [string, string] => [name, count(size)]),
    ['version', card.version],
    ['loaded', new Date(card.loaded_at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })],
  ];
  return (
    <section class="glance">
      <h2 dir="auto">{card.name}</h2>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ul class="verdict">
        {[...new Set(card.report.verdict)].map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}
