/// The script of the live page: reads the events, keeps the columns as the board keeps them, draws. Plain JavaScript, no
/// library; texts go in as texts, never as markup.
enum LiveScript {
    static let text = #"""
        'use strict';
        (() => {
        const $ = id => document.getElementById(id);
        const svgSpace = 'http://www.w3.org/2000/svg';
        const set = (node, attributes) => {
          for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
          return node;
        };
        const svg = (name, attributes = {}, text) => {
          const node = set(document.createElementNS(svgSpace, name), attributes);
          if (text !== undefined) node.textContent = text;
          return node;
        };
        const html = (name, attributes = {}, ...parts) => {
          const node = set(document.createElement(name), attributes);
          node.append(...parts);
          return node;
        };
        const say = (id, text) => { const node = $(id); if (node.textContent !== text) node.textContent = text; };

        // What is known of the run: as the last snapshot had it, and what came behind it.
        let state = null, places = {}, charts = [], lastId = null, retry = 1000, isOver = false;

        // Figures

        const grouped = value => Math.round(value).toLocaleString('en-US');
        const short = value => {
          if (value === null || value === undefined) return '–';
          const size = Math.abs(value);
          if (size >= 100) return grouped(value);
          return String(+value.toFixed(size >= 10 ? 1 : 2));
        };
        const span = ms => ms === null || ms === undefined ? '–'
          : ms >= 1000 ? short(ms / 1000) + ' s' : ms >= 1 ? short(ms) + ' ms' : short(ms * 1000) + ' µs';
        const percent = (part, whole) => whole > 0 ? (part > 0 && part < whole / 1000 ? '< 0.1%'
          : +(100 * part / whole).toFixed(1) + '%') : '–';
        const clock = seconds => {
          const whole = Math.max(0, Math.floor(seconds)), two = number => String(number).padStart(2, '0');
          return whole < 3600 ? `${Math.floor(whole / 60)}:${two(whole % 60)}`
            : `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
        };

        // Columns: [from, to, values…]; two become one when there are too many, by the board's rule

        const merge = {
          sum: (one, other) => one + other, max: Math.max,
          mean: (one, other, left, right) => (one * left + other * right) / (left + right)};
        function merged(one, other) {
          const left = one[1] - one[0], right = other[1] - other[0];
          return [one[0], other[1], ...state.fields.map((field, index) => {
            const a = one[index + 2], b = other[index + 2];
            return a === null ? b : b === null ? a : merge[field.merge](a, b, left, right);
          })];
        }
        function append(column) {
          const columns = state.columns, last = columns[columns.length - 1];
          if (column[1] <= column[0]) return;
          if (last && last[1] - last[0] + column[1] - column[0] <= state.seconds_per_column)
            columns[columns.length - 1] = merged(last, column);
          else columns.push(column);
          if (columns.length <= state.columns_max) return;
          state.seconds_per_column *= 2;
          state.columns = columns.reduce((kept, next, index) => {
            if (index % 2) kept[kept.length - 1] = merged(kept[kept.length - 1], next); else kept.push(next);
            return kept;
          }, []);
        }

        // Axes

        function linear(top) {
          const rough = (top > 0 ? top : 1) / 4, power = 10 ** Math.floor(Math.log10(rough));
          const step = [1, 2, 5, 10].map(multiple => multiple * power).find(value => value >= rough * 0.999999);
          const most = Math.max(1, Math.ceil(top / step - 1e-9)) * step, ticks = [];
          for (let value = 0; value <= most * 1.000001; value += step) ticks.push([value / most, short(+value.toPrecision(6))]);
          return {ticks, place: value => Math.min(1, Math.max(0, value / most))};
        }
        function logarithmic(values) {
          const low = Math.floor(Math.log10(Math.max(0.001, Math.min(...values, 1000))));
          const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values, 0.001)) - 1e-9)), ticks = [];
          for (let power = low; power <= high; power++) ticks.push([(power - low) / (high - low), span(10 ** power)]);
          return {ticks, place: value => Math.min(1, Math.max(0, (Math.log10(Math.max(value, 1e-6)) - low) / (high - low)))};
        }
        // Stages begin when they began, or when they will if nothing more is paused.
        function stageBegins() {
          const begun = state.events.filter(event => event.kind === 'stage').map(event => event.at_s);
          const shift = state.now ? Math.max(0, state.now.at_s - state.now.elapsed_s) : 0;
          const isWhole = !state.events_forgotten;
          return state.run.stages.map((stage, index) =>
            isWhole && index < begun.length ? begun[index] : stage.from_s + shift);
        }
        function timeEnd() {
          const stages = state.run.stages, shift = state.now ? Math.max(0, state.now.at_s - state.now.elapsed_s) : 0;
          const last = state.columns[state.columns.length - 1];
          return Math.max(1, (stages.length ? stages[stages.length - 1].to_s + shift : 0), last ? last[1] : 0);
        }

        // Charts

        const height = 224, left = 50, bottom = 22, top = 16;
        const stroke = series => ({fill: 'none', 'stroke-width': series.dashed ? '1.6' : '1.8', 'stroke-linecap': 'round',
          'stroke-linejoin': 'round', ...(series.dashed ? {'stroke-dasharray': '1 4'} : {})});
        // With a rim of the ground, so that it can be read upon lines.
        const written = (attributes, text) => svg('text', {class: 'soft', 'stroke-width': '3', 'paint-order': 'stroke',
          'stroke-linejoin': 'round', ...attributes}, text);

        class Chart {
          constructor(spec) {
            this.spec = spec; this.hidden = new Set(); this.cursor = null;
            this.legend = html('ul', {class: 'legend'});
            this.drawing = svg('svg', {class: 'drawing', role: 'img', tabindex: '0',
              'font-size': '11', 'aria-labelledby': `${spec.id}-title ${spec.id}-summary`});
            this.tip = html('div', {class: 'tip', role: 'tooltip', hidden: ''});
            this.table = html('table', {class: 'figures'});
            this.details = html('details', {}, html('summary', {}, 'The figures'), html('div', {class: 'scroll'}, this.table));
            this.details.addEventListener('toggle', () => this.fill());
            this.figure = html('figure', {class: 'chart', id: spec.id},
              html('figcaption', {}, html('h3', {}, spec.title), html('p', {}, spec.caption), this.legend),
              html('div', {class: 'canvas'}, this.drawing, this.tip), this.details);
            this.drawing.addEventListener('pointermove', event => this.point(event));
            this.drawing.addEventListener('pointerleave', () => this.look(null));
            this.drawing.addEventListener('blur', () => this.look(null));
            this.drawing.addEventListener('keydown', event => this.step(event));
            for (const series of spec.series) this.addToggle(series);
          }
          addToggle(series) {
            const button = html('button', {type: 'button', class: 'toggle', 'aria-pressed': 'true', 'data-series': series.field},
              this.key(series), series.name);
            button.addEventListener('click', () => {
              const isShown = !this.hidden.delete(series.field);
              if (isShown) this.hidden.add(series.field);
              button.setAttribute('aria-pressed', String(!isShown));
              this.draw();
            });
            this.legend.append(html('li', {'data-series': series.field}, button));
          }
          key(series) {
            const look = `c-${series.look}`, isArea = this.spec.shape === 'stack';
            const key = svg('svg', {class: 'key', width: '16', height: '10', 'aria-hidden': 'true'});
            key.append(isArea ? svg('rect', {class: `area ${look}`, width: '16', height: '10'})
              : svg('path', {...stroke(series), class: `line ${look}`, 'stroke-width': '2.4', d: 'M1 5H15'}));
            return key;
          }
          value(column, series) {
            const value = column[places[series.field]];
            return value === null || value === undefined ? null : this.spec.rate && series.field !== 'offered'
              ? value / (column[1] - column[0]) : value;
          }
          // An outcome that never came needs no colour; of lines all that are told are.
          get series() {
            return this.spec.series.filter(series => this.spec.shape !== 'stack' && series.field !== 'dropped'
              || state.columns.some(column => column[places[series.field]] > 0));
          }
          draw() {
            const width = Math.max(240, this.drawing.clientWidth || 600), columns = state.columns, all = this.series;
            const drawn = all.filter(series => !this.hidden.has(series.field));
            for (const item of this.legend.children)
              item.hidden = !all.some(series => series.field === item.dataset.series);
            const rows = this.rows(columns, drawn);
            const values = rows.flatMap(row => row.tops.filter(value => value !== null));
            const axis = this.spec.log ? logarithmic(values) : linear(Math.max(0, ...values));
            const end = timeEnd(), x = at => left + (width - left - 8) * at / end;
            const y = value => top + (height - top - bottom) * (1 - axis.place(value));
            this.x = x;
            set(this.drawing, {viewBox: `0 0 ${width} ${height}`});
            const parts = [svg('title', {id: `${this.spec.id}-title`}, this.spec.title),
              svg('desc', {id: `${this.spec.id}-summary`}, this.summary(drawn))];
            parts.push(...this.backdrop(x, end, width), ...this.grid(axis, x, end, width));
            drawn.forEach((series, index) => parts.push(this.path(series, index, rows, x, y)));
            const last = columns[columns.length - 1];
            if (last) parts.push(svg('path', {class: 'mark now', fill: 'none',
              d: `M${x(last[1]).toFixed(1)} ${top}V${height - bottom}`}));
            this.cross = svg('path', {class: 'cross', d: ''});
            this.drawing.replaceChildren(...parts, this.cross);
            this.look(this.cursor);
            this.fill();
          }
          // For each column where each series begins and ends: stacked they stand on one another.
          rows(columns, drawn) {
            return columns.map(column => {
              let base = 0;
              const bottoms = [], tops = [];
              for (const series of drawn) {
                const value = this.value(column, series);
                bottoms.push(base);
                if (this.spec.shape === 'stack') base += value || 0;
                tops.push(this.spec.shape === 'stack' ? base : value);
              }
              return {column, bottoms, tops};
            });
          }
          path(series, index, rows, x, y) {
            const point = (at, value) => `${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
            if (this.spec.shape === 'stack') {
              const over = [], under = [];
              for (const {column, bottoms, tops} of rows) {
                over.push(point(column[0], tops[index]), point(column[1], tops[index]));
                under.unshift(point(column[1], bottoms[index]), point(column[0], bottoms[index]));
              }
              const d = over.length ? `M${over.join('L')}L${under.join('L')}Z` : '';
              return svg('path', {class: `area c-${series.look}`, 'data-series': series.field, d});
            }
            let d = '', isDown = false;
            for (const {column, tops} of rows) {
              if (tops[index] === null) { isDown = false; continue; }
              d += (isDown ? 'L' : 'M') + point((column[0] + column[1]) / 2, tops[index]);
              if (!isDown && rows.length === 1) d += 'h1';
              isDown = true;
            }
            return svg('path', {...stroke(series), class: `line c-${series.look}`, 'data-series': series.field, d});
          }
          backdrop(x, end, width) {
            const begins = stageBegins(), parts = [];
            const band = (from, to, look, more = {}) => parts.push(svg('path', {class: `band ${look}`, ...more,
              d: `M${x(from).toFixed(1)} ${top}H${x(Math.min(to, end)).toFixed(1)}V${height - bottom}H${x(from).toFixed(1)}Z`}));
            state.run.stages.forEach((stage, index) => {
              const to = index + 1 < begins.length ? begins[index + 1] : end;
              band(begins[index], to, stage.counts ? index % 2 ? 'odd' : 'even' : 'warm');
              if (x(to) - x(begins[index]) > 7 * stage.name.length + 6)
                parts.push(written({x: x(begins[index]) + 3, y: top - 4}, stage.name));
            });
            for (const fault of state.faults)
              if (fault.from_s < end) band(fault.from_s, fault.to_s, 'c-fault', {'fill-opacity': '0.13'});
            return parts;
          }
          grid(axis, x, end, width) {
            const parts = [];
            for (const [share, label] of axis.ticks) {
              const y = top + (height - top - bottom) * (1 - share);
              parts.push(svg('path', {class: 'grid', fill: 'none', d: `M${left} ${y.toFixed(1)}H${width - 8}`}),
                written({x: left - 6, y: (y + 4).toFixed(1), 'text-anchor': 'end'}, label));
            }
            const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200];
            const step = steps.find(seconds => x(seconds) - x(0) > 64) || 86400;
            for (let at = 0; at <= end; at += step)
              parts.push(written({x: x(at).toFixed(1), y: height - 6, 'text-anchor':
                at === 0 ? 'start' : x(at) > width - 30 ? 'end' : 'middle'}, clock(at)));
            return parts;
          }
          figure_(value) {
            return this.spec.unit === 'ms' ? span(value) : value === null ? '–' : short(value) + this.spec.unit;
          }
          summary(drawn) {
            const last = state.columns[state.columns.length - 1];
            return last ? `At ${clock(last[1])}: ` + drawn.map(series =>
              `${series.name} ${this.figure_(this.value(last, series))}`).join(', ') + '.' : 'No second has ended yet.';
          }
          point(event) {
            if (!this.cross) return;
            const box = this.drawing.getBoundingClientRect(), at = event.clientX - box.left;
            let best = null;
            state.columns.forEach((column, index) => {
              const distance = Math.abs(this.x((column[0] + column[1]) / 2) - at);
              if (best === null || distance < best[1]) best = [index, distance];
            });
            this.look(best && best[0]);
          }
          step(event) {
            const moves = {ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity}, move = moves[event.key];
            if (event.key === 'Escape') return this.look(null);
            if (move === undefined || !state.columns.length) return;
            event.preventDefault();
            const last = state.columns.length - 1, from = this.cursor === null ? last : this.cursor;
            this.look(Math.min(last, Math.max(0, from + move)));
          }
          look(index) {
            if (!this.cross) return;
            const column = index === null ? undefined : state.columns[index];
            this.cursor = column ? index : null;
            this.tip.hidden = !column;
            this.cross.setAttribute('d', column
              ? `M${this.x((column[0] + column[1]) / 2).toFixed(1)} ${top}V${height - bottom}` : '');
            if (!column) return;
            const lines = this.series.filter(series => !this.hidden.has(series.field));
            this.tip.replaceChildren(html('span', {}, `${clock(column[0])}–${clock(column[1])}`),
              ...lines.map(series => html('span', {}, html('i', {class: `c-${series.look}`}),
                `${series.name} ${this.figure_(this.value(column, series))}`)));
            const at = this.x((column[0] + column[1]) / 2), isRight = at > this.drawing.clientWidth / 2;
            this.tip.style.left = isRight ? 'auto' : `${at + 8}px`;
            this.tip.style.right = isRight ? `${this.drawing.clientWidth - at + 8}px` : 'auto';
          }
          fill() {
            if (!this.details.open) return;
            const all = this.series;
            const head = html('tr', {}, ...['from', ...all.map(series => series.name)].map(name => html('th', {scope: 'col'}, name)));
            const rows = state.columns.slice(-20).reverse().map(column => html('tr', {},
              html('th', {scope: 'row'}, clock(column[0])),
              ...all.map(series => html('td', {}, this.figure_(this.value(column, series))))));
            this.table.replaceChildren(html('thead', {}, head), html('tbody', {}, ...rows));
          }
        }
        """#
        + LiveScript.page
}
