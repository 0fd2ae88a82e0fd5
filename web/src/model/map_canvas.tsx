import { useEffect, useRef, useState } from 'preact/hooks';
import { plural } from '../text';
import { useScheme } from './colours';
import type { Colouring } from './map_colouring';
import { paint } from './map_paint';
import { frameOf, nearest, pan, zoomAt, type Frame, type Point, type View } from './map_view';
import type { MappedItem } from './mapped_item';

interface Props {
  items: MappedItem[];
  colouring: Colouring;
  view: View | null; // null: the whole map
  chosen: number;
  onView: (view: View | null) => void;
  onChoose: (index: number) => void;
}

const kReach = 14; // hit radius of the pointer in pixels
const kStep = 60; // pixels per arrow key
const kClick = 4; // pixels; a press that moves less is not a drag

export function MapCanvas({ items, colouring, view, chosen, onView, onChoose }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [frame, setFrame] = useState<Frame | null>(null);
  const [hovered, setHovered] = useState(-1);
  const scheme = useScheme();
  const shown: View | null = frame && (view ?? { ...frame.centre, zoom: 1 });
  // State for the listeners below, so that they are not recreated on every move.
  const now = useRef({ frame, shown, onView, onChoose, items });
  now.current = { frame, shown, onView, onChoose, items };

  useEffect(() => {
    const element = canvas.current!;
    const resize = new ResizeObserver(() => setFrame(frameOf(items, element.clientWidth, element.clientHeight)));
    resize.observe(element);
    return () => resize.disconnect();
  }, [items]);

  useEffect(() => {
    if (!frame || !shown) return;
    const element = canvas.current!;
    const handle = requestAnimationFrame(() => paint(element, { items, colouring, view: shown, frame, chosen, hovered }));
    return () => cancelAnimationFrame(handle);
  }, [items, colouring, frame, shown?.x, shown?.y, shown?.zoom, chosen, hovered, scheme]);

  usePointers(canvas, now, setHovered);

  const move = (change: (view: View, frame: Frame) => View) => {
    if (frame && shown) onView(change(shown, frame));
  };
  const middle = (): Point => ({ x: frame!.width / 2, y: frame!.height / 2 });
  const zoom = (factor: number) => move((v, f) => zoomAt(v, factor, middle(), f));
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, () => void> = {
      ArrowLeft: () => move((v, f) => pan(v, kStep, 0, f)),
      ArrowRight: () => move((v, f) => pan(v, -kStep, 0, f)),
      ArrowUp: () => move((v, f) => pan(v, 0, kStep, f)),
      ArrowDown: () => move((v, f) => pan(v, 0, -kStep, f)),
      '+': () => zoom(1.5),
      '=': () => zoom(1.5),
      '-': () => zoom(1 / 1.5),
      '0': () => onView(null),
      Enter: () => onChoose(nearest(items, middle(), Infinity, shown!, frame!)),
    };
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    step();
  };

  return (
    <div class="map-canvas">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`Map of ${plural(items.length, 'item')}`}
        aria-describedby="map-keys"
        class={hovered >= 0 ? 'over' : ''}
        onKeyDown={onKeyDown}
      />
      <div class="map-buttons">
        <button type="button" aria-label="Zoom in" onClick={() => zoom(1.6)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / 1.6)}>
          −
        </button>
        <button type="button" aria-label="Show the whole map" onClick={() => onView(null)}>
          ⤢
        </button>
      </div>
    </div>
  );
}

interface Now {
  frame: Frame | null;
  shown: View | null;
  items: MappedItem[];
  onView: (view: View | null) => void;
  onChoose: (index: number) => void;
}

// Handles drags with one pointer, pinches with two, clicks and hovering. The wheel zooms if the map has the
// focus, or with Ctrl.
function usePointers(canvas: { current: HTMLCanvasElement | null }, now: { current: Now }, setHovered: (index: number) => void) {
  useEffect(() => {
    const element = canvas.current!;
    const pressed = new Map<number, Point>();
    let moved = 0;
    const place = (event: PointerEvent | WheelEvent): Point => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const under = (at: Point): number => {
      const { items, shown, frame } = now.current;
      return frame && shown ? nearest(items, at, kReach, shown, frame) : -1;
    };
    const onDown = (event: PointerEvent) => {
      element.setPointerCapture(event.pointerId);
      pressed.set(event.pointerId, place(event));
      if (pressed.size === 1) moved = 0;
    };
    const onMove = (event: PointerEvent) => {
      const { shown, frame } = now.current;
      const at = place(event);
      const before = pressed.get(event.pointerId);
      if (!before || !shown || !frame) {
        setHovered(event.pointerType === 'mouse' ? under(at) : -1);
        return;
      }
      pressed.set(event.pointerId, at);
      moved += Math.hypot(at.x - before.x, at.y - before.y);
      const other = [...pressed].find(([id]) => id !== event.pointerId)?.[1];
      if (!other) {
        if (moved > kClick) now.current.onView(pan(shown, at.x - before.x, at.y - before.y, frame));
        return;
      }
      const factor = Math.hypot(at.x - other.x, at.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      now.current.onView(zoomAt(shown, factor, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }, frame));
    };
    const onUp = (event: PointerEvent) => {
      const click = pressed.size === 1 && moved <= kClick && event.type === 'pointerup';
      pressed.delete(event.pointerId);
      if (click) now.current.onChoose(under(place(event)));
    };
    const onLeave = () => setHovered(-1);
    const onWheel = (event: WheelEvent) => {
      const { shown, frame } = now.current;
      if (!frame || !shown || (document.activeElement !== element && !event.ctrlKey)) return;
      event.preventDefault();
      now.current.onView(zoomAt(shown, Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), place(event), frame));
    };
    element.addEventListener('pointerdown', onDown);
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', onUp);
    element.addEventListener('pointercancel', onUp);
    element.addEventListener('pointerleave', onLeave);
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('pointerdown', onDown);
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', onUp);
      element.removeEventListener('pointercancel', onUp);
      element.removeEventListener('pointerleave', onLeave);
      element.removeEventListener('wheel', onWheel);
    };
  }, []);
}
