// How a page looks from inside. Sent into it by `Browser.measure`, which names one of these functions; nothing stays.

function isSeen(element) {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return box.width > 0 && box.height > 0 && style.visibility !== 'hidden' && style.display !== 'none';
}

// A line has no area, and is shown all the same.
function isShown(shape) {
  return shape.getClientRects().length > 0 && getComputedStyle(shape).visibility !== 'hidden';
}

function nameOf(element) {
  const names = [];
  for (let e = element; e && e !== document.body && names.length < 4; e = e.parentElement) {
    const classes = (e.getAttribute('class') || '').trim().split(/\s+/).filter(Boolean).map((c) => '.' + c).join('');
    names.unshift(e.localName + (e.id ? '#' + e.id : '') + classes);
  }
  return names.join('>');
}

// Colours as [red, green, blue, alpha], whatever notation the style has: a canvas paints them.
const painter = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext(
  '2d', {willReadFrequently: true});
function colour(text) {
  const known = /^rgba?\((\d+), (\d+), (\d+)(?:, ([\d.]+))?\)$/.exec(text);
  if (known) return [+known[1], +known[2], +known[3], known[4] === undefined ? 1 : +known[4]];
  painter.clearRect(0, 0, 1, 1);
  painter.fillStyle = text;
  painter.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = painter.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
}

function over(top, bottom) {
  const mix = (i) => top[i] * top[3] + bottom[i] * (1 - top[3]);
  return [mix(0), mix(1), mix(2), 1];
}

// What is painted behind an element, from the paper up.
function paperBehind(element) {
  const layers = [];
  for (let e = element; e; e = e.parentElement) layers.unshift(colour(getComputedStyle(e).backgroundColor));
  const paper = matchMedia('screen and (prefers-color-scheme: dark)').matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
  return layers.reduce((below, layer) => over(layer, below), paper);
}

function luminance([r, g, b]) {
  const [x, y, z] = [r, g, b].map((v) => {
    const share = v / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}

function ratio(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

// Texts whose ink is too near to what is behind them, by WCAG's measure, and how many were looked at.
function contrasts() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const weak = new Map();
  let count = 0;
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const element = walker.currentNode.parentElement;
    // What cannot be pressed may be pale.
    if (!text || element.closest('script,style,title,desc,noscript,:disabled') || !isSeen(element)) continue;
    const style = getComputedStyle(element);
    const inDrawing = element.namespaceURI.endsWith('/svg');
    const paint = inDrawing ? style.fill : style.color;
    if (paint === 'none' || paint.startsWith('url')) continue;
    count += 1;
    const paper = paperBehind(element);
    const ink = colour(paint);
    for (let e = element; e; e = e.parentElement) ink[3] *= +getComputedStyle(e).opacity;
    if (inDrawing) ink[3] *= +style.fillOpacity;
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
    const found = ratio(over(ink, paper), paper);
    if (found < (isLarge ? 3 : 4.5)) {
      weak.set(nameOf(element), `${nameOf(element)}: ${found.toFixed(2)} ("${text.slice(0, 40)}")`);
    }
  }
  return {count, weak: [...weak.values()]};
}

// How much wider than the window the page is, and what sticks out.
function overflow() {
  const width = window.innerWidth;
  const excess = document.documentElement.scrollWidth - width;
  const reaches = excess <= 0 ? [] : [...document.body.querySelectorAll('*')]
    .filter((e) => e.getBoundingClientRect().right > width + 1 && !isInScroller(e)).slice(0, 8).map(nameOf);
  return {excess, reaches, width};
}

function isInScroller(element) {
  for (let e = element.parentElement; e && e !== document.body; e = e.parentElement) {
    if (getComputedStyle(e).overflowX !== 'visible') return true;
  }
  return false;
}

function paper() {
  return paperBehind(document.body).slice(0, 3);
}

// How large letters come out, after drawings were scaled: the smallest, and where.
function smallestLetters() {
  let smallest = {size: Infinity, where: ''};
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !isSeen(element) || element.closest('script,style,title,desc')) continue;
    const matrix = element.getScreenCTM?.();
    const size = parseFloat(getComputedStyle(element).fontSize) * (matrix ? Math.hypot(matrix.a, matrix.b) : 1);
    if (size < smallest.size) smallest = {size, where: nameOf(element)};
  }
  return smallest;
}

// What fingers and mice press on, and that is lower than so many pixels.
function smallTargets(least) {
  return [...document.querySelectorAll('button,summary,a[href],input,select,[role=button]')]
    .filter((e) => isSeen(e) && e.getBoundingClientRect().height < least).map(nameOf);
}

function charts() {
  return [...document.querySelectorAll('figure.chart')].map((figure) => {
    const drawing = figure.querySelector('svg[role=img]');
    const box = drawing?.getBoundingClientRect();
    return {
      id: figure.id, width: box?.width ?? 0, height: box?.height ?? 0,
      name: nameOfDrawing(drawing), rows: figure.querySelectorAll('details > table tbody tr, details table tbody tr').length,
      shapes: [...drawing?.querySelectorAll('path,line,rect,polyline,polygon,circle') ?? []].filter(isShown).length,
      toggles: figure.querySelectorAll('button.toggle').length,
    };
  });
}

// What a screen reader says of a drawing.
function nameOfDrawing(drawing) {
  if (!drawing) return '';
  const referred = (drawing.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean)
    .map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  return (referred || drawing.getAttribute('aria-label') || drawing.querySelector('title')?.textContent || '').trim();
}

// Shapes of drawings that get their paint from no attribute of their own, nor of a group around them: they are black, or not to
// be seen at all, where styles are blocked.
function unpaintedShapes() {
  const painted = (shape) => {
    for (let e = shape; e && e.namespaceURI.endsWith('/svg'); e = e.parentElement) {
      if (e.hasAttribute('fill') || e.hasAttribute('stroke')) return true;
    }
    return false;
  };
  return [...document.querySelectorAll('figure.chart svg[role=img] :is(path,line,rect,polyline,polygon,circle,text)')]
    .filter((shape) => !shape.closest('defs,clipPath,mask,pattern') && !painted(shape)).map(nameOf);
}

function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  return {
    name: nameOf(element), tag: element.localName, text: element.textContent.trim().slice(0, 40),
    isToggle: element.matches('button.toggle'), hasRing: ring || style.boxShadow !== 'none',
  };
}

function placeOf(element) {
  const box = element.getBoundingClientRect();
  return {x: box.left + scrollX, y: box.top + scrollY, width: box.width, height: box.height};
}

function placeOfPage() {
  const root = document.documentElement;
  return {x: 0, y: 0, width: root.clientWidth, height: root.scrollHeight};
}
