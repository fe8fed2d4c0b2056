// `npm run pictures`: draws the pictures of the guides into `docs/pictures`.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pictures } from './pictures.js';

const folder = fileURLToPath(new URL('../../docs/pictures', import.meta.url));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, draw] of Object.entries(pictures)) writeFileSync(join(folder, `${name}.svg`), draw());
console.log(`${String(Object.keys(pictures).length)} pictures in docs/pictures`);
