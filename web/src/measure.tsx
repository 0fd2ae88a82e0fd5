// A name, a bar filled to a share (0 to 1), and the number that it shows.
export function Measure({ name, text, share }: { name: string; text: string; share: number }) {
  return (
    <p class="measure">
      <span title={name}>{name}</span>
      <span class="bar" aria-hidden="true">
        <i style={{ width: `${Math.min(1, Math.max(0, share)) * 100}%` }} />
      </span>{' '}
      <b>{text}</b>
    </p>
  );
}
