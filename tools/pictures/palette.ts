import { readFileSync } from 'node:fs';

/** A colour of either scheme: the page that shows the picture chooses. */
export type Color =
  'ink' | 'soft' | 'line' | 'fill' | 'paper' | 'green' | 'orange' | 'blue' | 'violet' | 'red';

const schemes = JSON.parse(readFileSync(new URL('palette.json', import.meta.url), 'utf8')) as Record<
  'light' | 'dark',
  Record<Color, string>
>;

/** A colour as pictures name it. The site, which shows a picture as a part of its page, sets these names itself. */
export const colour = (name: Color): string => `var(--picture-${name})`;

export const FONT = 'var(--picture-font)';

const rules = (scheme: 'light' | 'dark'): string =>
  Object.entries(schemes[scheme])
    .map(([name, value]) => `--picture-${name}:${value};`)
    .join('');

/** What a picture that stands alone is coloured by. It has a ground of its own, so that it can be read on any page. */
export const styleOfPicture = `<style>svg{--picture-font:system-ui,sans-serif;${rules('light')}background:var(--picture-paper)}@media(prefers-color-scheme:dark){svg{${rules('dark')}}}</style>`;
