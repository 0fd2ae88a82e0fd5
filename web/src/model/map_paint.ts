// Draws the map on a canvas.
import { colour } from './colours';
import type { Colouring } from './map_colouring';
import { toScreen, type Frame, type Point, type View } from './map_view';
import type { MappedItem } from './mapped_item';

export interface Picture {
  items: MappedItem[];
  colouring: Colouring;
  view: View;
  frame: Frame;
  chosen: number; // -1: none
  hovered: number;
}

const kFont = '12px "Hanken Grotesk", system-ui, sans-serif';
const kChosenFont = '600 13.5px "Hanken Grotesk", system-ui, sans-serif';
const kLabelLength = 28;
const kIdGap = 7; // pixels between a name and an id
const kNames = 400; // maximum number of names to place

const radiusOf = (count: number, zoom: number): number => Math.min(5.5, (count > 3000 ? 1.6 : 2.6) * zoom ** 0.3);

const isInside = ({ x, y }: Point, { width, height }: Frame): boolean => x > -8 && y > -8 && x < width + 8 && y < height + 8;

function paintDots(context: CanvasRenderingContext2D, { items, colouring, view, frame }: Picture, at: Point[]): void {
  const radius = radiusOf(items.length, view.zoom);
  // Plain points first, so that the others are drawn on top.
  for (let group = colouring.legend.length - 1; group >= 0; --group) {
    context.fillStyle = colour(colouring.legend[group]!.colour);
    context.globalAlpha = colouring.legend[group]!.colour === '--muted' ? 0.38 : 0.82;
    context.beginPath();
    at.forEach((point, i) => {
      if (colouring.of[i] !== group || !isInside(point, frame)) return;
      context.moveTo(point.x + radius, point.y);
      context.arc(point.x, point.y, radius, 0, 2 * Math.PI);
    });
    context.fill();
  }
  context.globalAlpha = 1;
}

const nameOf = (item: MappedItem): string => item.display || item.id;

const shortened = (text: string): string => (text.length > kLabelLength ? `${text.slice(0, kLabelLength - 1).trimEnd()}…` : text);

interface Box extends Point {
  width: number;
  height: number;
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

// A fixed pseudorandom order, so that samples come from everywhere.
const shuffled = (i: number): number => (i * 0x9e3779b1) >>> 0;

// Draws names where there is room: few on the whole map, more as the user zooms in.
function paintNames(context: CanvasRenderingContext2D, { items, frame, view, chosen, hovered }: Picture, at: Point[], taken: Box[]): void {
  const space = Math.max(6, 34 / view.zoom); // margin of a name in pixels
  const order = at
    .map((point, i) => ({ point, i }))
    .filter(({ point, i }) => isInside(point, frame) && i !== chosen && i !== hovered)
    .sort((a, b) => shuffled(a.i) - shuffled(b.i))
    .slice(0, kNames);
  const gap = radiusOf(items.length, view.zoom) + 4;
  context.font = kFont;
  context.fillStyle = colour('--muted');
  for (const { point, i } of order) {
    const text = shortened(nameOf(items[i]!));
    const width = context.measureText(text).width;
    const box = { x: point.x + gap - space, y: point.y - 8 - space, width: width + 2 * space, height: 16 + 2 * space };
    if (point.x + gap + width > frame.width || taken.some((other) => overlap(other, box))) continue;
    taken.push(box);
    paintText(context, text, point.x + gap, point.y);
  }
}

function paintText(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

function measured(context: CanvasRenderingContext2D, text: string, font: string): number {
  context.save();
  context.font = font;
  const { width } = context.measureText(text);
  context.restore();
  return width;
}

// A ring around an item, with its name and id.
function paintMarked(context: CanvasRenderingContext2D, { items, frame, view }: Picture, point: Point, i: number, strong: boolean): Box {
  const radius = radiusOf(items.length, view.zoom) + 3.5;
  context.strokeStyle = colour('--ink');
  context.lineWidth = 2;
  context.beginPath();
  context.arc(point.x, point.y, radius, 0, 2 * Math.PI);
  context.stroke();
  context.font = strong ? kChosenFont : kFont;
  context.fillStyle = colour('--ink');
  context.strokeStyle = colour('--raised');
  context.lineWidth = 4;
  const item = items[i]!;
  const text = shortened(nameOf(item));
  const id = item.display && item.display !== item.id ? shortened(item.id) : '';
  const nameWidth = context.measureText(text).width;
  const width = nameWidth + (id === '' ? 0 : kIdGap + measured(context, id, kFont));
  const right = point.x + radius + 6 + width < frame.width;
  const x = right ? point.x + radius + 6 : point.x - radius - 6 - width;
  paintText(context, text, x, point.y);
  if (id !== '') {
    context.font = kFont;
    context.fillStyle = colour('--muted');
    paintText(context, id, x + nameWidth + kIdGap, point.y);
  }
  return { x: x - 4, y: point.y - 13, width: width + 12, height: 26 };
}

export function paint(canvas: HTMLCanvasElement, picture: Picture): void {
  const { frame, view, items, chosen, hovered } = picture;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(frame.width * ratio);
  canvas.height = Math.round(frame.height * ratio);
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  const at = items.map((item) => toScreen(item, view, frame));
  paintDots(context, picture, at);
  const taken: Box[] = [{ x: frame.width - 56, y: 0, width: 56, height: 120 }]; // area of the buttons
  if (hovered >= 0 && hovered !== chosen) taken.push(paintMarked(context, picture, at[hovered]!, hovered, false));
  if (chosen >= 0) taken.push(paintMarked(context, picture, at[chosen]!, chosen, true));
  context.strokeStyle = colour('--raised');
  context.lineWidth = 4;
  paintNames(context, picture, at, taken);
}
