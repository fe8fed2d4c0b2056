import { places } from './places.mjs';

/**
 * @typedef {object} Row
 * @property {import('./places.mjs').Place} place
 * @property {boolean} lost whether the run that it struck could not go on
 * @property {boolean} differs whether that run ended with other bytes
 */

/** The kills by where they struck. @param {readonly Row[]} kills @returns {string[]} lines of a Markdown table */
export function table(kills) {
  const line = (/** @type {string} */ name, /** @type {readonly Row[]} */ rows) =>
    `| ${name} | ${rows.length} | ${rows.filter((r) => r.lost).length} | ${rows.filter((r) => r.differs).length} |`;
  return [
    '| killed while | kills | lost | differing |',
    '| --- | ---: | ---: | ---: |',
    ...places.map((place) =>
      line(
        place,
        kills.filter((kill) => kill.place === place),
      ),
    ),
    line('**all**', kills),
  ];
}
