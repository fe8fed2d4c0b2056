import { box, svg, text } from './svg.js';

interface House {
  readonly floors: Readonly<Record<string, { readonly name: string; readonly floor: number }>>;
  readonly browserSafe: readonly string[];
}

// By a variable: it is plain JavaScript, which the compiler has no types for.
const url = new URL('../floors.mjs', import.meta.url).href;
const { floors, browserSafe } = (await import(url)) as House;

const [WIDTH, LEFT, CHIP, GAP, LETTER] = [520, 96, 26, 8, 7.9];

/** The packages by their floors, as the lint rule knows them: imports only go down. */
export function packageMap(): string {
  const rows = Object.values(floors);
  const levels = [...new Set(rows.map(({ floor }) => floor))].sort((a, b) => b - a);
  const body: string[] = [];
  let y = 10;
  for (const level of levels) {
    const top = y;
    let [x, line] = [LEFT, top + 10];
    const chips = rows
      .filter(({ floor }) => floor === level)
      .map(({ name }) => {
        const short = name.replace('@ulmfit/', '');
        const width = short.length * LETTER + 18;
        if (x + width > WIDTH - 16) [x, line] = [LEFT, line + CHIP + GAP];
        const isBrowserSafe = browserSafe.includes(name);
        const chip =
          box(
            { x, y: line, width, height: CHIP },
            { fill: 'paper', stroke: isBrowserSafe ? 'green' : 'soft', radius: 5 },
          ) + text(x + width / 2, line + CHIP / 2, short, { anchor: 'middle', code: true });
        x += width + GAP;
        return chip;
      });
    const bottom = line + CHIP + 10;
    body.push(
      box({ x: 6, y: top, width: WIDTH - 12, height: bottom - top }, { radius: 8 }),
      text(20, (top + bottom) / 2, `floor ${String(level)}`, { color: 'soft', bold: true }),
      ...chips,
    );
    y = bottom + 8;
  }
  body.push(
    box({ x: LEFT, y: y + 5, width: 22, height: 14 }, { fill: 'paper', stroke: 'green', radius: 4 }),
    text(LEFT + 32, y + 12, 'also runs in browsers', { color: 'soft' }),
    text(WIDTH - 16, y + 12, 'imports only go down', { anchor: 'end', color: 'soft' }),
  );
  return svg(
    'The packages on their floors, from the applications at the top to errors and kernels at the bottom',
    { width: WIDTH, height: y + 30 },
    ...body,
  );
}
