import Cryptography
import Histogram

/// What a page does for whoever points, hides or zooms. Without it nothing is missing but that: every figure stands in a table.
///
/// It reads what the drawings tell of themselves (`data-x`, `data-names`, `data-readings`, `data-from`, `data-to`), makes buttons of
/// the legends, and never writes markup: texts are set as texts.
enum PageScript {
    static let markup = Markup.element("script", [], [Markup(trusted: text)])

    static let digest: String = {
        let bytes = Array(text.utf8)
        let digest = SHA256.digest(of: bytes.span).bytes
        return "sha256-" + Base64.text(of: digest.indices.map { digest[$0] })
    }()

    // Letter by letter what the digest is of: no element of a page can come into it.
    static let text = """
        (() => {
        'use strict';
        const make = (name, attributes, parent) => {
          const node = document.createElementNS('http://www.w3.org/2000/svg', name);
          for (const key in attributes) node.setAttribute(key, attributes[key]);
          return parent ? parent.appendChild(node) : node;
        };
        const tag = (name, look, parent, text) => {
          const node = document.createElement(name);
          node.className = look;
          if (text !== undefined) node.textContent = text;
          return parent.appendChild(node);
        };
        const clock = seconds => {
          const two = number => String(number).padStart(2, '0');
          const whole = Math.round(seconds), hours = Math.floor(whole / 3600);
          const minutes = Math.floor(whole / 60) % 60;
          return (hours ? hours + ':' + two(minutes) : minutes) + ':' + two(whole % 60);
        };
        const percent = share => (share * 100).toFixed(2) + '%';
        const charts = [];

        class Chart {
          constructor(figure) {
            this.figure = figure;
            this.svg = figure.querySelector('svg.drawing');
            this.field = figure.querySelector('svg.field');
            const told = this.field.dataset;
            this.places = told.x ? told.x.split(',').map(x => x / 1000) : [];
            this.names = told.names ? told.names.split('|') : [];
            this.time = told.from === undefined ? null : [Number(told.from), Number(told.to)];
            this.axis = this.time ? told.from + '-' + told.to : null;
            this.view = [0, 1];
            this.series = [...this.field.querySelectorAll('[data-series]')].map(path => ({
              path, name: path.dataset.series, readings: path.dataset.readings?.split('|'), isShown: true}));
            this.cross = make('path', {class: 'cross', 'vector-effect': 'non-scaling-stroke', visibility: 'hidden'}, this.field);
            this.keep();
            this.toggles();
            if (this.places.length) this.listen();
          }

          // Where words stand at first, to move them when the view changes.
          keep() {
            const share = (node, key) => parseFloat(node.getAttribute(key)) / 100;
            this.bands = [...this.svg.querySelectorAll('.band-name')].map(node => ({
              node, from: share(node, 'x'), to: share(node, 'x') + share(node, 'width')}));
            this.words = [...this.svg.querySelectorAll('.tick, .mark-name')].map(node => ({
              node, at: share(node, 'x'), anchor: node.getAttribute('text-anchor')}));
          }

          toggles() {
            const legend = this.figure.querySelector('.legend');
            if (this.series.length < 2 || !legend) return;
            [...legend.children].forEach((item, place) => {
              const series = this.series[place];
              if (!series) return;
              const button = document.createElement('button');
              button.type = 'button';
              button.className = 'toggle';
              button.dataset.series = series.name;
              button.setAttribute('aria-pressed', 'true');
              button.append(...item.childNodes);
              button.addEventListener('click', () => {
                series.isShown = !series.isShown;
                button.setAttribute('aria-pressed', String(series.isShown));
                series.path.style.display = series.isShown ? '' : 'none';
              });
              item.append(button);
            });
          }

          listen() {
            const box = this.box = tag('div', 'stage', this.figure);
            this.svg.before(box);
            box.append(this.svg);
            this.tip = tag('div', 'tip', box);
            this.tip.setAttribute('role', 'status');
            this.tip.hidden = true;
            box.tabIndex = 0;
            box.setAttribute('role', 'group');
            box.setAttribute('aria-label', this.figure.querySelector('h3').textContent
              + ': left and right arrow keys read values' + (this.time ? ', plus and minus zoom, Escape shows all' : ''));
            const share = event => {
              const edges = this.svg.getBoundingClientRect();
              const at = Math.min(1, Math.max(0, (event.clientX - edges.left) / edges.width));
              return this.view[0] + at * (this.view[1] - this.view[0]);
            };
            box.addEventListener('pointermove', event => {
              this.point(this.nearest(share(event)));
              if (this.grip !== undefined) this.brush(share(event));
            });
            box.addEventListener('pointerleave', () => { if (this.grip === undefined) this.leave(); });
            box.addEventListener('blur', () => this.leave());
            box.addEventListener('keydown', event => this.key(event));
            if (!this.time) return;
            box.addEventListener('pointerdown', event => {
              if (event.pointerType !== 'mouse' || event.button !== 0) return;
              this.grip = share(event);
              box.setPointerCapture(event.pointerId);
            });
            box.addEventListener('pointerup', event => {
              if (this.grip === undefined) return;
              const edges = [this.grip, share(event)].sort((a, b) => a - b);
              this.grip = undefined;
              this.shade?.remove();
              this.shade = undefined;
              if (edges[1] - edges[0] > 0.01 * (this.view[1] - this.view[0])) zoom(this.axis, edges);
            });
            box.addEventListener('dblclick', () => zoom(this.axis, [0, 1]));
          }

          nearest(at) {
            let low = 0, high = this.places.length - 1;
            while (low < high) {
              const middle = (low + high) >> 1;
              if (this.places[middle] < at) low = middle + 1; else high = middle;
            }
            return low > 0 && at - this.places[low - 1] < this.places[low] - at ? low - 1 : low;
          }

          key(event) {
            const [from, to] = this.view, span = to - from, at = this.at ?? this.nearest(from);
            const middle = this.places[at] ?? (from + to) / 2;
            const actions = {
              ArrowRight: () => this.point(Math.min(at + 1, this.places.length - 1)),
              ArrowLeft: () => this.point(Math.max(at - 1, 0)),
              Home: () => this.point(this.nearest(from)),
              End: () => this.point(this.nearest(to)),
              Escape: () => { this.leave(); if (this.time) zoom(this.axis, [0, 1]); },
              '+': () => this.time && zoom(this.axis, [middle - span / 4, middle + span / 4]),
              '-': () => this.time && zoom(this.axis, [middle - span, middle + span]),
            };
            if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
            event.preventDefault();
            actions[event.key]();
          }

          // Its own values, and a line in every chart of the same time.
          point(place) {
            this.at = place;
            const at = this.places[place];
            for (const chart of charts) {
              if (chart === this || (this.axis && chart.axis === this.axis)) chart.crossAt(at);
            }
            this.tip.replaceChildren();
            tag('b', '', this.tip, this.names[place]);
            for (const series of this.series) {
              const reading = series.readings?.[place];
              if (!series.isShown || reading === undefined || reading === '-') continue;
              const line = tag('span', series.path.getAttribute('class').match(/c-\\S+/)?.[0] ?? '', this.tip, '');
              tag('i', '', line);
              line.append(series.name + ' ');
              tag('b', '', line, reading);
            }
            this.tip.hidden = false;
            const x = (at - this.view[0]) / (this.view[1] - this.view[0]);
            this.tip.style.left = x > 0.5 ? 'auto' : 'calc(' + percent(x) + ' + 12px)';
            this.tip.style.right = x > 0.5 ? 'calc(' + percent(1 - x) + ' + 12px)' : 'auto';
          }

          crossAt(at) {
            this.cross.setAttribute('d', 'M' + at * 1000 + ' 0V240');
            this.cross.setAttribute('visibility', 'visible');
          }

          leave() {
            this.tip.hidden = true;
            this.at = undefined;
            for (const chart of charts) chart.cross.setAttribute('visibility', 'hidden');
          }

          brush(to) {
            this.shade ??= make('rect', {class: 'brush', y: 0, height: 240}, this.field);
            this.shade.setAttribute('x', Math.min(this.grip, to) * 1000);
            this.shade.setAttribute('width', Math.abs(to - this.grip) * 1000);
          }

          look(view) {
            this.view = view;
            const [from, to] = view, span = to - from;
            const place = at => (at - from) / span;
            this.field.setAttribute('viewBox', from * 1000 + ' 0 ' + span * 1000 + ' 240');
            for (const {node, from: left, to: right} of this.bands) {
              const [start, end] = [Math.max(0, place(left)), Math.min(1, place(right))];
              node.style.display = end > start ? '' : 'none';
              node.setAttribute('x', percent(start));
              node.setAttribute('width', percent(Math.max(0, end - start)));
            }
            for (const {node, at} of this.words) {
              node.style.display = place(at) >= -0.001 && place(at) <= 1.001 ? '' : 'none';
              node.setAttribute('x', percent(place(at)));
            }
            this.ticks(view);
          }

          // Closer ticks where the view is narrow; those of the whole run otherwise.
          ticks([from, to]) {
            this.own?.forEach(node => node.remove());
            this.own = [];
            if (to - from > 0.999) return;
            const first = this.words.find(word => word.node.classList.contains('tick'));
            if (!first) return;
            for (const {node} of this.words) if (node.classList.contains('tick')) node.style.display = 'none';
            const [start, end] = this.time, seconds = (to - from) * (end - start);
            const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400];
            const step = steps.find(step => seconds / step <= 6) ?? seconds / 6;
            const begin = start + from * (end - start);
            for (let at = Math.ceil(begin / step) * step; at <= begin + seconds; at += step) {
              const node = first.node.cloneNode();
              const share = (at - begin) / seconds;
              node.textContent = clock(at);
              node.style.display = '';
              node.setAttribute('x', percent(share));
              node.setAttribute('text-anchor', share < 0.02 ? 'start' : share > 0.95 ? 'end' : 'middle');
              this.own.push(this.svg.appendChild(node));
            }
          }
        }

        const reset = tag('button', 'reset', document.body, 'Show the whole run');
        reset.type = 'button';
        reset.hidden = true;
        reset.addEventListener('click', () => charts.forEach(chart => { if (chart.time) zoom(chart.axis, [0, 1]); }));

        const zoom = (axis, edges) => {
          const narrowest = 0.004;
          let [from, to] = [Math.max(0, edges[0]), Math.min(1, edges[1])];
          if (to - from < narrowest) [from, to] = [(from + to - narrowest) / 2, (from + to + narrowest) / 2];
          for (const chart of charts) if (chart.axis === axis) chart.look([from, to]);
          reset.hidden = charts.every(chart => chart.view[1] - chart.view[0] > 0.999);
        };

        for (const figure of document.querySelectorAll('figure.chart')) charts.push(new Chart(figure));
        document.body.classList.add('scripted');
        })();
        """
}
