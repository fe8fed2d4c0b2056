/** What is split off a number's end: `5km`, `20%`, `7€`. */

const powers = ['', '²', '³'];
const metres = ['km', 'm', 'dm', 'cm', 'mm', 'км', 'м', 'дм', 'см', 'мм', 'كم', 'م', 'سم', 'مم'];
const others =
  'ha µm nm yd in ft kg g mg µg t lb oz m/s km/h kmh mph hPa Pa mbar mb MB kb KB gb GB tb TB T G M K % ' +
  'нм кг г мг м/с км/ч кПа Па мбар Кб КБ кб Мб МБ мб Гб ГБ гб Тб ТБ غرام جرام جم كغ ملغ كوب اكواب ' +
  // Two units that the reference runs together by a slip, so that neither `тб` nor any other form of it is one.
  'тбكم';
const currencies = ['$', '£', '€', '¥', '฿', '﷼', 'US$', 'C$', 'A$'];
for (let code = 0x20a0; code <= 0x20bf; code++) currencies.push(String.fromCharCode(code));

/** Each is split off the back of a word when an ASCII digit stands before it. */
export const afterDigit: ReadonlySet<string> = new Set([
  '+',
  ...metres.flatMap((unit) => powers.map((power) => unit + power)),
  ...others.split(' '),
  ...currencies,
]);

export const longestAfterDigit = Math.max(...[...afterDigit].map((unit) => unit.length));
