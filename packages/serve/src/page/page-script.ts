/** Its script, in plain JavaScript for present browsers. What comes from the server is only ever set as text. */
export const pageScript = `const at = (id) => document.getElementById(id);
const [text, answer, error, classes, more] = ['text', 'answer', 'error', 'classes', 'more'].map(at);
const [why, choice, words, reasons] = ['why', 'class', 'words', 'reasons'].map(at);
const section = answer.closest('section');
const rows = classes.tBodies[0];
/** Milliseconds without a key before the server is asked. */
const PAUSE = 200;
/** Classes that are shown before the others are asked for. */
const SHOWN = 8;
/** Milliseconds more until the colours are asked for, which take the server longer. */
const COLOUR_PAUSE = 300;
/** Words that are named at most, for and against. */
const NAMED = 4;
/** What the strongest word is coloured by: the text stays readable. */
const STRONGEST = 0.45;
let asking;
let explains = false;
/** The class that the visitor has chosen; the predicted one until then. */
let chosenClass;
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
  classes.hidden = more.hidden = why.hidden = true;
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

/** The text in pieces, each with what it says; a mark of the model adds to the word that it marks. */
function pieces({ text, tokens }, contributions) {
  const found = [];
  let [at, ofMarks] = [0, 0];
  tokens.forEach(({ start, end }, i) => {
    if (start === end) return void (ofMarks += contributions[i]);
    if (start > at) found.push({ text: text.slice(at, start), says: 0 });
    found.push({ text: text.slice(start, end), says: contributions[i] + ofMarks });
    [at, ofMarks] = [end, 0];
  });
  if (at < text.length) found.push({ text: text.slice(at), says: 0 });
  return found;
}

function colour(explanation) {
  const [{ label, contributions }] = explanation.classes;
  const found = pieces(explanation, contributions);
  const most = Math.max(...found.map(({ says }) => Math.abs(says)), 1e-9);
  words.replaceChildren(
    ...found.map(({ text, says }) => {
      const share = Math.abs(says) / most;
      // What says next to nothing would only be noise.
      if (share < 0.05) return document.createTextNode(text);
      const span = element('span', says > 0 ? 'for' : 'against', text);
      span.style.setProperty('--strength', (STRONGEST * share).toFixed(3));
      span.title = (says > 0 ? '+' : '−') + Math.abs(says).toFixed(2);
      return span;
    }),
  );
  const named = (sign) => [
    ...new Set(
      found
        .filter(({ text, says }) => sign * says > 0.05 * most && /[\\p{L}\\p{N}]/u.test(text))
        .sort((a, b) => sign * (b.says - a.says))
        .map(({ text }) => text),
    ),
  ].slice(0, NAMED).join(', ');
  const [pro, contra] = [named(1), named(-1)];
  reasons.textContent = [pro && 'Most for ' + label + ': ' + pro + '.', contra && 'Most against it: ' + contra + '.']
    .filter(Boolean)
    .join(' ');
  why.removeAttribute('data-waiting');
}

let explaining;
async function explain() {
  explaining?.abort();
  if (!explains || !latest) return;
  const { signal } = (explaining = new AbortController());
  why.setAttribute('data-waiting', '');
  try {
    await new Promise((resolve) => setTimeout(resolve, COLOUR_PAUSE));
    if (signal.aborted) return;
    const response = await fetch('explain', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: latestText, classes: [choice.value] }),
      signal,
    });
    const body = await response.json();
    if (signal.aborted) return;
    if (response.ok) {
      why.hidden = false;
      colour(body);
    } else if (response.status === 429 || response.status === 503) setTimeout(() => signal.aborted || explain(), 2000);
    else why.hidden = true;
  } catch {
    if (!signal.aborted) why.hidden = true;
  }
}

function offer({ label }) {
  const wanted = chosenClass ?? label;
  if (choice.value !== wanted) choice.value = wanted;
  void explain();
}

let latest;
let latestText;
async function ask() {
  asking?.abort();
  explaining?.abort();
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
      latestText = given;
      if (latest) {
        show(latest);
        offer(latest);
      } else clear('This text holds no words.');
      return;
    }
    if (response.status === 429 || response.status === 503) {
      const seconds = Number(response.headers.get('retry-after')) || 1;
      error.textContent = 'The server is busy. Trying again in ' + seconds + ' s.';
      timer = setTimeout(ask, 1000 * seconds);
    } else if (response.status === 413) error.textContent = 'This text is too long for the server. Shorten it.';
    else error.textContent = 'The server says: ' + body.error.message + '.';
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
choice.addEventListener('change', () => {
  chosenClass = choice.value;
  void explain();
});
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
    explains = model.explains;
    choice.replaceChildren(...model.classes.map((name) => element('option', '', name)));
    if (latest) offer(latest);
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
