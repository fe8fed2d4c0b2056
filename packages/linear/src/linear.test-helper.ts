import type { LabelledText } from '@ulmfit/text';

const good = ['warm', 'funny', 'lovely', 'clever', 'bright', 'tender'];
const bad = ['dull', 'slow', 'clumsy', 'noisy', 'bland', 'tired'];
const common = ['the', 'film', 'was', 'a', 'story', 'of', 'two', 'friends', 'and', 'their', 'boat'];

/** Texts of invented words: those of class 0 have more bad ones, of class 1 good ones, of class 2 neither. */
export function inventedRows(count: number, classes: 2 | 3 = 2): LabelledText[] {
  return Array.from({ length: count }, (_, i) => {
    const label = i % classes;
    const own = label === 0 ? bad : label === 1 ? good : common;
    const words = Array.from({ length: 12 }, (_, j) =>
      (i * 7 + j * 5) % 3 === 0
        ? (own[(i * 5 + j * 3) % own.length] as string)
        : (common[(i * 3 + j * 7) % common.length] as string),
    );
    return { text: words.join(' '), labels: [label] };
  });
}

export const argmax = (row: readonly number[]): number => row.indexOf(Math.max(...row));
