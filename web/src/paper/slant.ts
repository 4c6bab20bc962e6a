/** Where the reader's name stands on a page: in slanting rows that no part of it escapes.  Pure. */
const ANGLE = -Math.PI / 8;

export interface Place {
  x: number;
  y: number;
  angle: number;
}

/** All in pixels of the page: its width and height, the length of the name, the distance of the rows. */
export function slant(width: number, height: number, long: number, apart: number): Place[] {
  const places: Place[] = [];
  const gap = Math.min(apart, height / 4);
  const step = Math.max(long * 1.4, apart);
  const rise = Math.abs(Math.tan(ANGLE)) * width;
  for (let row = 0; row * gap < height + rise; row += 1) {
    for (let x = row % 2 ? -step / 2 : 0; x < width; x += step) {
      places.push({ x, y: row * gap + Math.tan(ANGLE) * x + gap / 2, angle: ANGLE });
    }
  }
  return places;
}
