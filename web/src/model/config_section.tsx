import type { ModelCard } from '../api';
import { tomlPieces } from './toml';

export function ConfigSection({ card }: { card: ModelCard }) {
  return (
    <section id="config" aria-labelledby="config-title">
      <h2 id="config-title">Config</h2>
      <p class="lead">The config that the model was trained with.</p>
      <pre class="toml" role="region" aria-label="Config as TOML" tabIndex={0}>
        {tomlPieces(card.config.trim()).map(({ kind, text }, i) => (
          <span key={i} class={kind}>
            {text}
          </span>
        ))}
      </pre>
      {card.layers.trim() ? (
        <>
          <h3 id="layers-title">Layers</h3>
          <pre role="region" aria-labelledby="layers-title" tabIndex={0}>
            {card.layers.trim()}
          </pre>
        </>
      ) : null}
    </section>
  );
}
