import type { ModelCard } from '../api';
import { count } from '../text';

// What the model is, and what its figures are worth.
export function Glance({ card }: { card: ModelCard }) {
  const facts: [string, string][] = [
    ['items', count(card.sizes.items)],
    ['parameters', count(card.sizes.parameters)],
    ['embedding width', count(card.sizes.embedding_width)],
    ['ratings kept', count(card.sizes.ratings)],
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
