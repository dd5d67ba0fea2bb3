/**
 * What the page of a plot does in a browser: a line under the pointer in all panels, and what was measured there in words. It knows
 * only the data in the page. Written for browsers, kept as text.
 */
export const PAGE_SCRIPT = `
const data = JSON.parse(document.getElementById('data').textContent);
const tip = document.getElementById('tip');
const figures = document.getElementById('figures');
const { left, right, width } = data.frame;
let shownAt = -1;

function nearest(moment) {
  let low = 0, high = data.t.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (data.t[middle] < moment) low = middle + 1; else high = middle;
  }
  return low > 0 && moment - data.t[low - 1] < data.t[low] - moment ? low - 1 : low;
}

function row(parts) {
  const line = document.createElement('div');
  for (const [text, kind] of parts) {
    const span = document.createElement('span');
    span.textContent = text;
    if (kind) span.className = kind;
    line.append(span);
  }
  tip.append(line);
}

function show(i, x, y) {
  shownAt = i;
  const from = data.t[0], to = data.t[data.t.length - 1];
  const px = left + (data.t[i] - from) / (to - from) * (width - left - right);
  for (const line of document.querySelectorAll('.cursor')) { line.setAttribute('x1', px); line.setAttribute('x2', px); }
  figures.classList.add('looking');
  tip.replaceChildren();
  row([[new Date(data.t[i]).toISOString().slice(0, 16).replace('T', ' ') + ' UTC', 'when']]);
  for (const panel of data.panels) {
    panel.lines.forEach((line, c) => {
      const value = line.v[i];
      if (value !== null) row([['', 'dot c' + c], [line.name + ' '], [value + ' ' + panel.unit, 'value']]);
    });
  }
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const toLeft = x + 18 + box.width > document.documentElement.clientWidth;
  tip.style.left = Math.max(4, (toLeft ? x - 18 - box.width : x + 18)) + 'px';
  tip.style.top = Math.max(4, Math.min(y + 12, window.innerHeight - box.height - 8)) + 'px';
}

function hide() {
  tip.hidden = true;
  figures.classList.remove('looking');
}

figures.addEventListener('pointermove', (event) => {
  const svg = event.target.closest('svg');
  if (!svg) return hide();
  const box = svg.getBoundingClientRect();
  const place = ((event.clientX - box.left) / box.width * width - left) / (width - left - right);
  if (place < 0 || place > 1) return hide();
  const from = data.t[0], to = data.t[data.t.length - 1];
  show(nearest(from + place * (to - from)), event.clientX, event.clientY);
});
figures.addEventListener('pointerleave', hide);
figures.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -48, PageDown: 48 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const box = figures.getBoundingClientRect();
  show(Math.max(0, Math.min(data.t.length - 1, shownAt + step)), box.left + 90, 60);
});
`;
