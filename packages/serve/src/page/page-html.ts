/** The page to try a model. */
export const pageHtml = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Text classifier</title>
    <link rel="stylesheet" href="page.css" />
    <link rel="icon" href="data:," />
    <script type="module" src="page.js"></script>
  </head>
  <body>
    <header>
      <h1>Text classifier</h1>
      <p id="model" class="quiet">&nbsp;</p>
    </header>
    <main>
      <form id="form">
        <label for="text">Your text</label>
        <textarea
          id="text"
          rows="6"
          spellcheck="false"
          autocomplete="off"
          aria-describedby="hint"
          placeholder="Write or paste a text"
        ></textarea>
        <p id="hint" class="quiet">The answer updates as you type.</p>
      </form>
      <section aria-labelledby="answer-title">
        <h2 id="answer-title">Answer</h2>
        <p id="answer" role="status" aria-live="polite" aria-atomic="true"></p>
        <p id="error" role="alert"></p>
        <table id="classes" hidden>
          <caption class="unseen">
            Probability of each class
          </caption>
          <thead class="unseen">
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Probability</th>
            </tr>
          </thead>
          <tbody></tbody>
        </table>
        <button id="more" type="button" hidden></button>
      </section>
      <section id="why" aria-labelledby="why-title" hidden>
        <h2 id="why-title">Why</h2>
        <p class="choice">
          <label for="class">What speaks for or against</label>
          <select id="class"></select>
        </p>
        <p id="words"></p>
        <p id="reasons" role="status" aria-live="polite"></p>
        <p class="quiet legend" aria-hidden="true">
          <span class="for">for it</span> <span class="against">against it</span>
        </p>
      </section>
    </main>
    <footer class="quiet">
      <p>
        For programs: <code>POST classify</code> with <code>{"texts": ["…"]}</code>. See
        <a href="openapi.json">openapi.json</a> for the details.
      </p>
    </footer>
    <noscript><p>This page needs JavaScript. Programs can use <code>POST classify</code>.</p></noscript>
  </body>
</html>
`;
