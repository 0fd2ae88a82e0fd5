// A step of 1, 2 or 5 times a power of ten that divides the range into 100 or more. Whole if the bounds are
// whole.
export function stepOf(least: number, most: number): number {
  const width = (most - least) / 100;
  if (width <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(width));
  const step = [5, 2, 1].map((n) => n * power).find((n) => n <= width * (1 + 1e-9)) ?? power;
  return Number.isInteger(least) && Number.isInteger(most) ? Math.max(1, step) : step;
}
