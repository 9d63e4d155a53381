#include "serve/docs_page.h"

#include "base/digest.h"

#include <array>
#include <fmt/format.h>

namespace {

constexpr std::string_view style = R"css(
:root { color-scheme: light dark; --ink: #14213d; --soft: #5a6480; --paper: #f6f7fb; --card: #ffffff; --line: #d9deea; --mark: #0b5fa5; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf6; --soft: #a3adc6; --paper: #10141f; --card: #182030; --line: #2c3750; --mark: #6db6ff; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem; }
header { padding-top: 2.5rem; }
h1 { margin: 0; font-size: 1.9rem; letter-spacing: -.01em; }
h2 { margin: 0 0 .25rem; font-size: 1.2rem; }
h3 { margin: 1.25rem 0 .35rem; font-size: .95rem; color: var(--soft); }
p { margin: .25rem 0; color: var(--soft); }
section { margin: 0 0 1.25rem; padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
code, pre, textarea, .verb { font: .875rem/1.45 ui-monospace, monospace; }
.verb { padding: .1rem .45rem; margin-right: .4rem; border-radius: .35rem; color: var(--card); background: var(--mark); }
textarea { width: 100%; min-height: 9rem; padding: .6rem; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; resize: vertical; }
input { width: 100%; max-width: 26rem; padding: .45rem .6rem; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
button { margin-top: .6rem; padding: .5rem 1.1rem; font: inherit; font-weight: 600; color: var(--card); background: var(--mark); border: 0; border-radius: .5rem; cursor: pointer; }
button:disabled { opacity: .6; cursor: progress; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
pre { margin: 0; padding: .6rem; overflow: auto; max-height: 20rem; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
.bad { color: var(--bad); font-weight: 600; }
.pair { display: flex; flex-wrap: wrap; gap: 1.25rem; align-items: flex-start; }
canvas { width: 10rem; image-rendering: pixelated; border: 1px solid var(--line); border-radius: .5rem; }
meter { width: 12rem; }
table { border-collapse: collapse; } td, th { padding: .1rem .75rem .1rem 0; text-align: left; font-weight: 400; font-variant-numeric: tabular-nums; }
)css";

constexpr std::string_view script = R"js(
'use strict';
const models = document.getElementById('models'), keyForm = document.getElementById('key-form'), keyInput = document.getElementById('key');
const say = (tag, text, parent, cls) => { const node = document.createElement(tag); if (text) node.textContent = text; if (cls) node.className = cls; if (parent) parent.append(node); return node; };
const headers = () => keyInput.value ? { authorization: 'Bearer ' + keyInput.value } : {};

// The innermost two axes of the first thing nested so deep, where it may be a picture.
function picture(value) {
  while (Array.isArray(value) && Array.isArray(value[0]) && Array.isArray(value[0][0])) value = value[0];
  const fits = list => Array.isArray(list) && list.length >= 4 && list.length <= 512;
  return fits(value) && fits(value[0]) && value.every(row => Array.isArray(row) && row.length === value[0].length && row.every(Number.isFinite)) ? value : null;
}

function draw(canvas, text) {
  let rows = null;
  try { rows = picture(JSON.parse(text).input); } catch { }
  canvas.hidden = !rows;
  if (!rows) return;
  canvas.width = rows[0].length; canvas.height = rows.length;
  const all = rows.flat(), low = Math.min(...all), span = Math.max(...all) - low || 1;
  const context = canvas.getContext('2d'), image = context.createImageData(canvas.width, canvas.height);
  all.forEach((number, place) => image.data.set([1, 1, 1].map(() => 255 * (number - low) / span).concat(255), 4 * place));
  context.putImageData(image, 0, 0);
}

// Up to 40 numbers of one row, as bars.
function bars(value, parent) {
  while (Array.isArray(value) && value.length === 1) value = value[0];
  if (!Array.isArray(value) || value.length > 40 || !value.every(Number.isFinite)) return;
  const table = say('table', '', parent), low = Math.min(0, ...value), high = Math.max(...value, low + 1e-9);
  value.forEach((number, place) => {
    const row = say('tr', '', table);
    say('th', String(place), row).scope = 'row';
    const meter = say('meter', '', say('td', '', row));
    meter.min = low; meter.max = high; meter.value = number;
    say('td', String(number), row, number === high ? 'best' : '');
  });
}

function show(path, operation) {
  const section = say('section', '', models), body = operation.requestBody.content['application/json'], heading = say('h2', '', section);
  say('span', 'POST', heading, 'verb');
  say('code', path, heading);
  say('p', operation.summary, section);
  const form = say('form', '', section), label = say('label', 'Request body (JSON)', form), pair = say('div', '', form, 'pair');
  const text = say('textarea', '', form), canvas = say('canvas', '', pair);
  text.id = label.htmlFor = 'body-' + operation.operationId;
  text.spellcheck = false;
  text.value = JSON.stringify(body.example ?? { input: [] });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', 'The input drawn as a picture');
  draw(canvas, text.value);
  text.addEventListener('input', () => draw(canvas, text.value));
  const button = say('button', 'Send', form), answer = say('div', '', section);
  answer.setAttribute('aria-live', 'polite');
  form.addEventListener('submit', async event => {
    event.preventDefault();
    button.disabled = true;
    answer.replaceChildren();
    const start = performance.now();
    try {
      const reply = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers() }, body: text.value });
      const raw = await reply.text();
      say('h3', `Answer ${reply.status} after ${(performance.now() - start).toFixed(1)} ms`, answer, reply.ok ? '' : 'bad');
      let value = null;
      try { value = JSON.parse(raw); } catch { }
      if (reply.ok && value) bars(value.prediction, answer);
      say('pre', value ? JSON.stringify(value, null, reply.ok ? 0 : 2) : raw, answer);
    } catch (error) {
      say('p', 'The server did not answer: ' + error.message, answer, 'bad');
    }
    button.disabled = false;
  });
  say('h3', 'From a terminal', section);
  say('pre', `curl ${location.origin}${path} -H 'content-type: application/json'` + (keyForm.hidden ? '' : ` -H "authorization: Bearer $KEY"`) + ` -d '{"input": ...}'`, section);
  say('h3', 'Takes and gives', section);
  const describe = (schema, into) => Object.entries(schema.properties ?? {}).forEach(([name, part]) => part.properties ? describe(part, into) : say('div', `${name}: ${part.description ?? part.type}`, into));
  const schemas = window.openapi.components.schemas, named = content => schemas[content['application/json'].schema.$ref.split('/').pop()];
  const list = say('pre', '', section);
  describe(named(operation.requestBody.content), list);
  describe(named(operation.responses['200'].content), list);
}

async function load() {
  const reply = await fetch('/openapi.json', { headers: headers() });
  if (reply.status === 401) { keyForm.hidden = false; document.getElementById('said').textContent = 'This server wants a key.'; return; }
  window.openapi = await reply.json();
  document.title = window.openapi.info.title;
  document.querySelector('h1').textContent = window.openapi.info.title;
  document.getElementById('said').textContent = 'Served by hullmark ' + window.openapi.info.version + '.';
  models.replaceChildren();
  for (const [path, operations] of Object.entries(window.openapi.paths)) if (operations.post) show(path, operations.post);
}
keyForm.addEventListener('submit', event => { event.preventDefault(); load(); });
load().catch(error => { document.getElementById('said').textContent = 'The description cannot be loaded: ' + error.message; });
)js";

std::string base64_of(Digest const& digest)
{
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    auto const hex = digest.hex() + "0000"; // 32 bytes are padded to 33
    std::string text;
    for (size_t place = 0; place < 66; place += 6) {
        auto const three = std::stoul(hex.substr(place, 6), nullptr, 16);
        for (int shift = 18; shift >= 0; shift -= 6)
            text += letters[(three >> shift) & 63];
    }
    text.back() = '=';
    return text;
}

}

std::string_view docs_page()
{
    static std::string const page = fmt::format(R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hullmark</title>
<style>{}</style>
</head>
<body>
<header>
<h1>hullmark</h1>
<p id="said" role="status">Loading the description ...</p>
<noscript><p>Trying a model here needs JavaScript. The description is at <a href="/openapi.json">/openapi.json</a>; any client may POST to the paths it names.</p></noscript>
<form id="key-form" hidden>
<label for="key">Key</label>
<input id="key" type="password" autocomplete="off">
<button>Use it</button>
</form>
</header>
<main id="models"></main>
<footer><p><a href="/openapi.json">openapi.json</a> · <a href="/health">health</a> · <a href="/version">version</a></p></footer>
<script>{}</script>
</body>
</html>
)html",
        style, script);
    return page;
}

std::string docs_policy()
{
    auto const by_digest = [](std::string_view text) { return "'sha256-" + base64_of(Digest::of(bytes_of(text))) + "'"; };
    return fmt::format("default-src 'none'; script-src {}; style-src {}; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", by_digest(script), by_digest(style));
}
