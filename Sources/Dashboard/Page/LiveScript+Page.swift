/// The second half: the page around the charts, the orders, and the stream.
extension LiveScript {
    static let page = #"""


        // The page around the charts

        function begin(snapshot) {
          const run = snapshot.run, isNew = !state || !state.run || !run || state.run.id !== run.id;
          state = snapshot;
          places = {};
          (snapshot.fields || []).forEach((field, index) => { places[field.name] = index + 2; });
          if (isNew) {
            charts = (snapshot.charts || []).map(spec => new Chart(spec));
            $('charts').replaceChildren(...charts.map(chart => chart.figure));
            forget();
            say('headline', run ? 'Under way' : 'Getting ready');
            switches(run ? run.banks : []);
          }
          if (run) {
            say('plan', run.plan); say('run', `run ${run.id}, seed ${run.seed}`); say('about', run.about || '');
            say('version', run.version);
            document.title = `${run.plan}: under way`;
            $('stages').replaceChildren(...run.stages.map(stage => {
              const part = html('span', {title: stage.name, 'data-stage': stage.name}, stage.name);
              part.style.flexGrow = String(Math.max(0.001, stage.to_s - stage.from_s));
              return part;
            }));
          }
          show();
          if (snapshot.end) finish(snapshot.end);
        }

        // What the run before has left on the page.
        function forget() {
          $('verdict').className = 'verdict not_judged';
          delete $('verdict').dataset.verdict;
          say('so-far', 'Nothing is judged before the end.');
          say('plan', 'a run'); say('run', ''); say('about', ''); say('stage-words', ''); say('control-words', '');
          document.title = 'Spillway: a run under way';
          for (const node of document.querySelectorAll('[data-figure]')) figure(node.dataset.figure, '–');
          for (const id of ['judgements', 'stages', 'guards', 'faults', 'events']) $(id).replaceChildren();
          for (const id of ['report', 'judgements', 'guards-section', 'faults-section', 'events-section']) $(id).hidden = true;
          $('now').style.left = '0'; announcedStage = null;
          factor(1); pausing(false);
        }
        const factor = value => { $('rate').dataset.factor = String(value); $('rate').textContent = `× ${value}`; };
        const pausing = isPaused => {
          $('pause').setAttribute('aria-pressed', String(isPaused)); $('pause').textContent = isPaused ? 'go on' : 'pause';
        };

        function show() {
          say('phase', state.now && state.phase === 'traffic' ? state.now.stage_name + (state.now.paused ? ', paused' : '')
            : state.phase || 'waiting');
          enable();
          if (!state.run) return;
          if (state.now) now(state.now);
          guards(); faults(); events();
          for (const chart of charts) chart.draw();
        }

        const figure = (name, text, isBad = false) => {
          const node = document.querySelector(`[data-figure="${name}"]`);
          if (node.textContent !== text) node.textContent = text;
          node.dataset.bad = String(isBad);
        };
        let announcedStage = null;
        function now(second) {
          // Where the machine stood still, a second is longer than one.
          const rate = count => short(count / (second.span_s || 1)) + '/s';
          figure('offered', short(second.offered) + '/s'); figure('achieved', rate(second.started));
          figure('good', rate(second.good)); figure('shed', percent(second.shed, second.steps));
          figure('errors', percent(second.errors, second.steps), second.errors > 0);
          figure('p50', span(second.p50_ms)); figure('p99', span(second.p99_ms));
          figure('in-flight', grouped(second.in_flight));
          figure('dropped', grouped(second.totals.dropped), second.totals.dropped > 0);
          const share = second.length_s > 0 ? Math.min(1, second.elapsed_s / second.length_s) : 0;
          $('now').style.left = `${(100 * share).toFixed(2)}%`;
          state.run.stages.forEach((stage, index) => {
            const part = $('stages').children[index];
            if (part) part.dataset.state = index < second.stage ? 'past' : index === second.stage ? 'now' : 'next';
          });
          say('stage-words', `${clock(second.elapsed_s)} of ${clock(second.length_s)}` + (second.at_s - second.elapsed_s >= 1
            ? `, ${clock(second.at_s - second.elapsed_s)} paused` : ''));
          factor(second.rate_factor); pausing(second.paused);
          if (!state.end) say('so-far', second.money_violations > 0
            ? `Nothing is judged before the end. So far the stack's books are wrong in ${grouped(second.money_violations)} places.`
            : `Nothing is judged before the end. So far ${grouped(second.totals.due)} arrivals were due; `
              + `${grouped(second.totals.errors)} steps ended in errors, ${grouped(second.totals.shed)} were shed.`);
          // Spoken only when a stage begins: a figure each second would drown everything else.
          if (second.stage_name !== announcedStage) say('news', `stage ${announcedStage = second.stage_name}`);
        }

        function guards() {
          $('guards-section').hidden = !state.guards.length;
          $('guards').replaceChildren(...state.guards.map((guard, index) => {
            const meter = html('meter', {min: '0', max: '1', high: '0.8', optimum: '0', value: String(guard.nearness || 0),
              'aria-label': guard.text});
            const held = guard.held_s > 0 ? `, held for ${guard.held_s} of ${guard.trip_s} s` : '';
            return html('li', {'data-guard': String(index)}, html('code', {}, guard.text), meter,
              html('small', {}, guard.value === null ? 'nothing seen' : `${guard.value}, limit ${guard.limit}${held}`));
          }));
        }

        const isUp = fault => state.now && fault.from_s <= state.now.at_s && state.now.at_s < fault.to_s;
        function faults() {
          $('faults-section').hidden = !state.faults.length;
          $('faults').replaceChildren(...state.faults.map(fault => {
            const kind = isUp(fault) ? 'up' : state.now && state.now.at_s >= fault.to_s ? 'over' : 'to come';
            return html('li', {'data-state': kind, 'data-channel': fault.channel},
              `${clock(fault.from_s)}–${clock(fault.to_s)} ${fault.channel}: ${fault.what} (${kind})`);
          }));
          for (const button of document.querySelectorAll('#switches [data-what]'))
            button.setAttribute('aria-pressed', String(state.faults.some(fault => isUp(fault)
              && fault.channel === button.dataset.channel && fault.what === button.dataset.what)));
        }

        function events() {
          const shown = state.events.filter(event => event.kind !== 'stage').slice(-50).reverse();
          $('events-section').hidden = !shown.length;
          $('events').replaceChildren(...shown.map(event => html('li', {'data-kind': event.kind},
            html('time', {}, clock(event.at_s)), ` ${event.text}`)));
        }

        function finish(end) {
          state.end = end; state.phase = 'ended';
          $('verdict').className = `verdict ${end.verdict === 'met' ? 'pass' : end.verdict === 'missed' ? 'fail' : 'inconclusive'}`;
          $('verdict').dataset.verdict = end.verdict;
          say('headline', end.headline); say('so-far', `Exit code ${end.exit_code}.`); say('news', end.headline);
          document.title = `${state.run ? state.run.plan : 'run'}: ${end.headline}`;
          $('report').hidden = !end.report;
          say('report-path', end.report || '');
          $('judgements').hidden = !end.judgements.length;
          $('judgements').replaceChildren(...end.judgements.map(judgement => html('li', {'data-status': judgement.status},
            `${judgement.status.replace('_', ' ')}: ${judgement.claim} (${judgement.observed})`)));
          say('phase', 'ended');
          enable();
          if (!end.has_next) { isOver = true; connection('ended', 'the run has ended'); }
        }

        // Orders

        let token = '';
        function takeToken() {
          const given = new URLSearchParams(location.hash.slice(1)).get('token');
          try {
            if (given) sessionStorage.setItem('spillway-token', given);
            token = given || sessionStorage.getItem('spillway-token') || '';
          } catch { token = given || ''; }
          // Out of sight and out of the history.
          if (given) history.replaceState(null, '', location.pathname);
          $('token-form').hidden = Boolean(token);
        }
        const enable = () => { $('controls').disabled = !token || !state || state.phase !== 'traffic'; };

        async function order(path, body, words) {
          say('control-words', '');
          try {
            const answer = await fetch(`/control/${path}`, {method: 'POST', body: JSON.stringify(body), cache: 'no-store',
              headers: {'Content-Type': 'application/json', Authorization: `Bearer ${token}`}});
            if (answer.ok) return say('control-words', words);
            const problem = await answer.json().catch(() => ({}));
            say('control-words', `not done: ${problem.detail || answer.status}`);
            if (answer.status === 401) { token = ''; $('token-form').hidden = false; enable(); }
          } catch { say('control-words', 'not done: the run cannot be reached'); }
        }
        const turn = step => {
          const factor = Math.round(10 * Number($('rate').dataset.factor) + step) / 10;
          order('rate', {factor}, `rate × ${factor}`);
        };
        $('rate-up').addEventListener('click', () => turn(1));
        $('rate-down').addEventListener('click', () => turn(-1));
        $('pause').addEventListener('click', () => {
          const isPaused = $('pause').getAttribute('aria-pressed') === 'true';
          order(isPaused ? 'resume' : 'pause', {}, isPaused ? 'it goes on' : 'paused');
        });
        $('stop').addEventListener('click', () => {
          const button = $('stop'), isArmed = button.dataset.armed === 'true';
          button.dataset.armed = String(!isArmed);
          button.textContent = isArmed ? 'stop the run' : 'really? press again';
          if (isArmed) return order('stop', {}, 'no new arrivals; what is open may end');
          setTimeout(() => { button.dataset.armed = 'false'; button.textContent = 'stop the run'; }, 4000);
        });
        $('token-form').addEventListener('submit', event => {
          event.preventDefault();
          token = $('token').value.trim();
          $('token').value = '';
          $('token-form').hidden = Boolean(token);
          enable();
        });

        // What a switch puts on a bank, and how the run words it.
        const presets = [
          ['5 times slower', 'latency x5', {latency: {multiply: 5}}],
          ['half answer 503', 'error 503 for 50%', {error: {status: 503, rate: '50%'}}],
          ['no answers', 'stall', {stall: true}],
          ['refuses', 'refused connections', {refuse: true}]];
        function switches(banks) {
          const duration = html('select', {id: 'fault-span', 'aria-label': 'for how long'},
            ...['10s', '30s', '2m', '10m'].map(length => html('option', {value: length}, length)));
          duration.value = '30s';
          const rows = banks.slice(0, 16).map(channel => {
            const buttons = presets.map(([words, what, effect]) => {
              const button = html('button', {type: 'button', 'aria-pressed': 'false', 'data-channel': channel, 'data-what': what}, words);
              button.addEventListener('click', () => button.getAttribute('aria-pressed') === 'true'
                ? order('faults/clear', {channel}, `${channel}: well again`)
                : order('faults', {faults: [{for: duration.value, channel, ...effect}]}, `${channel}: ${words} for ${duration.value}`));
              return button;
            });
            const clear = html('button', {type: 'button', 'data-clear': channel}, 'all off');
            clear.addEventListener('click', () => order('faults/clear', {channel}, `${channel}: well again`));
            return html('div', {class: 'row', 'data-bank': channel}, html('span', {}, channel), ...buttons, clear);
          });
          $('switches').replaceChildren(...(rows.length
            ? [html('div', {class: 'row'}, html('label', {}, 'faults for ', duration)), ...rows] : []));
        }

        // The stream: read with fetch, since an EventSource neither bears a token nor comes again after a 503

        function connection(kind, words) { $('connection').dataset.state = kind; say('connection', words); }

        function take(block) {
          let name = 'message', data = [];
          for (const line of block.split('\n')) {
            const colon = line.indexOf(':'), key = line.slice(0, colon), value = line.slice(colon + 1).replace(/^ /, '');
            if (key === 'id') lastId = value; else if (key === 'event') name = value;
            else if (key === 'data') data.push(value); else if (key === 'retry') retry = Number(value) || retry;
          }
          if (data.length) tell(name, JSON.parse(data.join('\n')));
        }
        function tell(name, data) {
          if (name === 'snapshot') return begin(data);
          if (!state) return;
          if (name === 'phase') state.phase = data.phase;
          if (name === 'faults') state.faults = data.faults;
          if (name === 'end') return finish(data);
          if (name === 'second' && state.run) {
            append(data.column);
            [state.now, state.guards] = [data.now, data.guards];
            state.events.push(...data.events);
            if (state.events.length > 200) { state.events = state.events.slice(-200); state.events_forgotten = 1; }
          }
          show();
        }

        async function read(body, watch) {
          const reader = body.getReader(), decoder = new TextDecoder();
          let text = '';
          for (;;) {
            const timer = setTimeout(() => watch.abort(), 15000);
            const {done, value} = await reader.read().finally(() => clearTimeout(timer));
            if (done) return;
            const blocks = (text + decoder.decode(value, {stream: true})).split('\n\n');
            text = blocks.pop();
            // Whatever one message does, the next is heard.
            for (const block of blocks) { try { take(block); } catch (error) { reportError(error); } }
          }
        }
        async function follow() {
          while (!isOver) {
            const watch = new AbortController(), headers = {Accept: 'text/event-stream'};
            if (lastId) headers['Last-Event-ID'] = lastId;
            if (token) headers.Authorization = `Bearer ${token}`;
            let wait = retry, words = 'reconnecting…';
            try {
              const answer = await fetch('/events', {headers, cache: 'no-store', signal: watch.signal});
              if (answer.status === 204) return connection('ended', 'the run has ended');
              if (answer.ok) {
                connection('live', 'live');
                await read(answer.body, watch);
              } else {
                wait = 5000;
                words = answer.status === 503 ? 'too many viewers; trying again' : answer.status === 401
                  ? 'the token is missing or wrong' : `refused (${answer.status}); trying again`;
              }
            } catch { /* cut off, or nobody is there: it is tried again */ }
            // A stream that is left is ended: a browser has six connections for all its tabs.
            watch.abort();
            if (isOver) return;
            connection(wait === retry ? 'reconnecting' : 'refused', words);
            await new Promise(done => setTimeout(done, wait));
          }
        }

        takeToken();
        addEventListener('hashchange', takeToken);
        let width = innerWidth;
        addEventListener('resize', () => {
          if (width === innerWidth || !state || !state.run) return;
          width = innerWidth;
          for (const chart of charts) chart.draw();
        });
        document.body.classList.add('scripted');
        follow();
        })();

        """#
}
