// The visible part of the map: its centre, and the zoom.

export interface Point {
  x: number;
  y: number;
}

export interface View extends Point {
  zoom: number; // 1: the whole map is visible
}

export interface Frame {
  width: number; // CSS pixels
  height: number;
  centre: Point; // of the whole map
  unit: number; // pixels per map unit at zoom 1
}

export const kMostZoom = 200;
const kMargin = 28;

export function frameOf(points: Point[], width: number, height: number): Frame {
  const [xs, ys] = [points.map((p) => p.x), points.map((p) => p.y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const fit = (size: number, extent: number) => (extent > 0 ? Math.max(1, size - 2 * kMargin) / extent : Infinity);
  const unit = Math.min(fit(width, right - left), fit(height, high - low));
  return { width, height, centre: { x: (left + right) / 2, y: (low + high) / 2 }, unit: Number.isFinite(unit) ? unit : 1 };
}

export const toScreen = (point: Point, view: View, frame: Frame): Point => ({
  x: frame.width / 2 + (point.x - view.x) * frame.unit * view.zoom,
  y: frame.height / 2 - (point.y - view.y) * frame.unit * view.zoom,
});

export const toMap = (at: Point, view: View, frame: Frame): Point => ({
  x: view.x + (at.x - frame.width / 2) / (frame.unit * view.zoom),
  y: view.y - (at.y - frame.height / 2) / (frame.unit * view.zoom),
});

// Moves by dx and dy pixels. The centre stays within twice the map.
export function pan(view: View, dx: number, dy: number, frame: Frame): View {
  const scale = frame.unit * view.zoom;
  const within = (value: number, centre: number, size: number) => {
    const reach = size / frame.unit;
    return Math.min(centre + reach, Math.max(centre - reach, value));
  };
  return {
    x: within(view.x - dx / scale, frame.centre.x, frame.width),
    y: within(view.y + dy / scale, frame.centre.y, frame.height),
    zoom: view.zoom,
  };
}

// The point under `at` does not move.
export function zoomAt(view: View, factor: number, at: Point, frame: Frame): View {
  const zoom = Math.min(kMostZoom, Math.max(1, view.zoom * factor));
  const under = toMap(at, view, frame);
  const moved = toMap(at, { ...view, zoom }, frame);
  return { x: view.x + under.x - moved.x, y: view.y + under.y - moved.y, zoom };
}

// The index of the nearest point on the screen within `reach` pixels, or -1.
export function nearest(points: Point[], at: Point, reach: number, view: View, frame: Frame): number {
  const target = toMap(at, view, frame);
  const limit = reach / (frame.unit * view.zoom);
  let best = -1;
  let least = limit * limit;
  points.forEach((p, i) => {
    const distance = (p.x - target.x) ** 2 + (p.y - target.y) ** 2;
    if (distance <= least) [best, least] = [i, distance];
  });
  return best;
}
