/** Its script, in plain JavaScript for present browsers. What comes from the server is only ever set as text. */
export const pageScript = `const at = (id) => document.getElementById(id);
const [text, answer, error, classes, more] = ['text', 'answer', 'error', 'classes', 'more'].map(at);
const section = answer.closest('section');
const rows = classes.tBodies[0];
/** Milliseconds without a key before the server is asked. */
const PAUSE = 200;
/** Classes that are shown before the others are asked for. */
const SHOWN = 8;
let asking;
let timer;
let all = false;

const percent = (share) =>
  share > 0.9995 || share < 0.0005
    ? share > 0.5 ? '> 99.9 %' : '< 0.1 %'
    : (100 * share).toFixed(1) + ' %';

const element = (name, className, content) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
};

function clear(hint) {
  classes.hidden = more.hidden = true;
  rows.replaceChildren();
  answer.className = 'none';
  answer.textContent = hint;
}

function show({ label, probability, labels, probabilities }) {
  const chosen = labels.length === 0 ? 'None of the classes' : labels.join(', ');
  answer.className = '';
  answer.replaceChildren(chosen);
  if (labels.length === 1) answer.append(' ', element('small', '', percent(probabilities[labels[0]] ?? probability)));
  const sorted = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  rows.replaceChildren(
    ...sorted.slice(0, all ? sorted.length : SHOWN).map(([name, share]) => {
      const row = element('tr', labels.includes(name) ? 'chosen' : '');
      const head = element('th', '', name);
      head.scope = 'row';
      const amount = element('div', 'amount');
      const track = element('div', 'track');
      const fill = element('div', 'fill');
      fill.style.width = 100 * share + '%';
      track.append(fill);
      amount.append(track, element('span', '', percent(share)));
      const cell = element('td');
      cell.append(amount);
      row.append(head, cell);
      return row;
    }),
  );
  classes.hidden = false;
  more.hidden = sorted.length <= SHOWN;
  more.textContent = all ? 'Show fewer classes' : 'Show all ' + sorted.length + ' classes';
}

let latest;
async function ask() {
  asking?.abort();
  clearTimeout(timer);
  const given = text.value;
  if (!/\\S/.test(given)) {
    latest = undefined;
    error.textContent = '';
    section.removeAttribute('data-waiting');
    return clear('Write something above.');
  }
  const controller = (asking = new AbortController());
  const { signal } = controller;
  section.setAttribute('data-waiting', '');
  try {
    const response = await fetch('classify', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ texts: [given] }),
      signal,
    });
    const body = await response.json();
    if (signal.aborted) return;
    section.removeAttribute('data-waiting');
    if (response.ok) {
      error.textContent = '';
      latest = body.predictions[0];
      if (latest) show(latest);
      else clear('This text holds no words.');
      return;
    }
    if (response.status === 429 || response.status === 503) {
      const seconds = Number(response.headers.get('retry-after')) || 1;
      error.textContent = 'The server is busy. Trying again in ' + seconds + ' s.';
      timer = setTimeout(ask, 1000 * seconds);
    } else error.textContent = body.error.message + '.';
    clear('');
  } catch (reason) {
    if (signal.aborted) return;
    section.removeAttribute('data-waiting');
    clear('');
    error.textContent = 'The server does not answer. Trying again in 3 s.';
    timer = setTimeout(ask, 3000);
  }
}

text.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});
at('form').addEventListener('submit', (event) => event.preventDefault());
more.addEventListener('click', () => {
  all = !all;
  if (latest) show(latest);
});

async function describe() {
  try {
    const model = await (await fetch('health')).json();
    const names = model.classes.length <= 6
      ? model.classes.join(', ')
      : model.classes.slice(0, 5).join(', ') + ' and ' + (model.classes.length - 5) + ' more';
    at('model').textContent = model.ready
      ? (model.multiLabel ? 'Chooses any number of: ' : 'Chooses one of: ') + names
      : 'The model is being loaded.';
    if (!model.ready) setTimeout(describe, 2000);
  } catch {
    setTimeout(describe, 3000);
  }
}

clear('Write something above.');
void describe();
// What the browser has kept from before.
if (text.value) void ask();
`;
