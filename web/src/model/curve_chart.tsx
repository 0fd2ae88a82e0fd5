import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { figure } from '../text';
import { meaningOf } from './figures';
import { colour, useScheme } from './colours';

export interface Curve {
  name: string;
  train: (number | null)[]; // one per epoch
  validation: (number | null)[];
}

interface Props {
  curve: Curve;
  epochs: number[];
  lowerIsBetter: boolean;
  kept?: number | undefined; // the epoch whose weights the model uses
}

const kHeight = 170;
const kFont = '12px "Hanken Grotesk", system-ui, sans-serif';

function axisNumber(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(0);
  return value.toLocaleString('en', { notation: Math.abs(value) >= 1e4 ? 'compact' : 'standard', maximumSignificantDigits: 4 });
}

// Draws a line at the kept epoch, below the curves.
function drawKept(plot: uPlot, kept: number): void {
  const [first, last] = [plot.scales.x!.min!, plot.scales.x!.max!];
  if (kept < first || kept > last) return;
  const x = Math.round(plot.valToPos(kept, 'x', true));
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour('--edge');
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

function options(width: number, kept: number | undefined, onEpoch: (index: number | null) => void): uPlot.Options {
  const axis = { stroke: () => colour('--muted'), font: kFont, ticks: { show: false } };
  return {
    width,
    height: kHeight,
    padding: [10, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false }, sync: { key: 'epochs' } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 26, gap: 6, grid: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
      {
        ...axis,
        size: 46,
        gap: 6,
        space: 28,
        grid: { stroke: () => colour('--rule'), width: 1 },
        values: (_, ticks) => ticks.map(axisNumber),
      },
    ],
    series: [
      {},
      { stroke: () => colour('--muted'), width: 1.5, dash: [4, 3], points: { show: false } },
      { stroke: () => colour('--accent'), width: 2, points: { show: false } },
    ],
    hooks: {
      drawAxes: kept === undefined ? [] : [(plot) => drawKept(plot, kept)],
      setCursor: [(plot) => onEpoch(plot.cursor.idx ?? null)],
    },
  };
}

// Describes the chart in words.
function describe({ name, train, validation }: Curve, epochs: number[], lower: boolean, kept?: number): string {
  const part = validation.some((v) => v !== null) ? validation : train;
  const known = part.map((value, i) => ({ value, epoch: epochs[i]! })).filter((p): p is { value: number; epoch: number } => p.value !== null);
  if (known.length === 0) return name;
  const best = known.reduce((a, b) => ((lower ? b.value < a.value : b.value > a.value) ? b : a));
  const own = known.find(({ epoch }) => epoch === kept)?.value;
  const which = part === validation ? 'validation' : 'train';
  return `${name}, ${which}: ${figure(known[0]!.value)} at first, ${figure(known.at(-1)!.value)} at last, best ${figure(best.value)} in epoch ${best.epoch}${own === undefined ? '' : `, ${figure(own)} in epoch ${kept}, which was kept`}`;
}

export function CurveChart({ curve, epochs, lowerIsBetter, kept }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const scheme = useScheme();

  useEffect(() => {
    const element = place.current!;
    const validation = curve.validation.length > 0 ? curve.validation : epochs.map(() => null);
    const plot = new uPlot(options(element.clientWidth, kept, setAt), [epochs, curve.train, validation], element);
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: kHeight }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
  }, [curve.name, epochs.length, scheme, kept]);

  const keptAt = kept === undefined ? -1 : epochs.indexOf(kept);
  const shown = at ?? (keptAt >= 0 ? keptAt : epochs.length - 1);
  const train = curve.train[shown];
  const validation = curve.validation[shown];
  return (
    <div class="curve" role="img" aria-label={describe(curve, epochs, lowerIsBetter, kept)}>
      <div class="curve-head" aria-hidden="true">
        <b title={meaningOf(curve.name)}>{curve.name}</b>
        <span>
          {at === null && keptAt < 0 ? 'last' : `epoch ${epochs[shown]}`}
          {train != null ? <i class="train">{figure(train)}</i> : null}
          {validation != null ? <i class="validation">{figure(validation)}</i> : null}
        </span>
      </div>
      <div ref={place} aria-hidden="true" />
    </div>
  );
}
