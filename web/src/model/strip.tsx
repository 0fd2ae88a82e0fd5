import type { TaskReport } from '../api';
import { isShare } from './figures';

const kWidth = 150;
const kHeight = 22;
const kEdge = 7;

const kRoom = 1.15; // beyond the largest share

// The model's metric with its range, and the baselines' as rings, on one line. It begins at 0 for shares.
export function Strip({ task, name }: { task: TaskReport; name: string }) {
  const own = task.model[name]!;
  if (own.value === null) return null;
  const others = task.baselines.map((b) => b.figures[name]?.value).filter((v): v is number => v !== undefined && v !== null);
  const all = [own.value, ...others];
  const [least, most] = isShare(name) ? [0, Math.min(1, kRoom * Math.max(...all))] : [Math.min(...all), Math.max(...all)];
  const at = (value: number) => kEdge + (most > least ? (value - least) / (most - least) : 0.5) * (kWidth - 2 * kEdge);
  const clamp = (value: number) => Math.min(kWidth, Math.max(0, at(value)));
  const middle = kHeight / 2;
  return (
    <svg class="strip" width={kWidth} height={kHeight} viewBox={`0 0 ${kWidth} ${kHeight}`} aria-hidden="true">
      <line class="line" x1={kEdge} x2={kWidth - kEdge} y1={middle} y2={middle} />
      {others.map((value, i) => (
        <circle key={i} class="ring" cx={at(value)} cy={middle} r="4" />
      ))}
      {own.interval?.low != null && own.interval.high != null ? (
        <line class="range" x1={clamp(own.interval.low)} x2={clamp(own.interval.high)} y1={middle} y2={middle} />
      ) : null}
      <circle class="dot" cx={at(own.value)} cy={middle} r="4" />
    </svg>
  );
}
