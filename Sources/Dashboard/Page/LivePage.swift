/// The shell of the live page. Names and figures come with the events and are put in as texts, so that nothing of a plan can
/// become markup. Ids and data attributes are told in docs/live.md, and tests of the page stand on them.
enum LivePage {
    static let html = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>Spillway: a run under way</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/live.css">
        <script src="/live.js" defer></script>
        </head>
        <body class="live">
        <a class="skip" href="#over-time">to the charts</a>
        <header class="verdict not_judged" id="verdict">
        <p class="plan"><span id="plan">a run</span> <span id="run" class="soft"></span>
        <span id="connection" role="status" data-state="connecting">connecting…</span></p>
        <h1 id="headline">Under way</h1>
        <p id="so-far" class="about">Nothing is judged before the end.</p>
        <p id="about" class="about"></p>
        <p id="report" class="about" hidden>The report: <code id="report-path"></code></p>
        <ul id="judgements" class="reasons" hidden></ul>
        </header>
        <noscript><p class="notice">This page is drawn by its script, which your browser does not run. The terminal shows
        the same figures, and report.html needs no script.</p></noscript>
        <main>
        <section aria-labelledby="now-heading">
        <h2 id="now-heading">Now: <span id="phase">waiting</span></h2>
        <p id="news" class="unseen" role="status"></p>
        <div class="stagebar"><div id="stages" aria-hidden="true"></div><div id="now" aria-hidden="true"></div></div>
        <p id="stage-words" class="soft"></p>
        <dl class="facts figures-now" id="figures">
        <div><dt>offered</dt><dd data-figure="offered">–</dd></div>
        <div><dt>achieved</dt><dd data-figure="achieved">–</dd></div>
        <div><dt>good</dt><dd data-figure="good">–</dd></div>
        <div><dt>shed</dt><dd data-figure="shed">–</dd></div>
        <div><dt>errors</dt><dd data-figure="errors">–</dd></div>
        <div><dt>p50</dt><dd data-figure="p50">–</dd></div>
        <div><dt>p99</dt><dd data-figure="p99">–</dd></div>
        <div><dt>in flight</dt><dd data-figure="in-flight">–</dd></div>
        <div><dt>dropped, in all</dt><dd data-figure="dropped">–</dd></div>
        </dl>
        </section>
        <section aria-labelledby="over-time-heading" id="over-time">
        <h2 id="over-time-heading">Over time</h2>
        <div id="charts" class="charts"></div>
        </section>
        <section aria-labelledby="guards-heading" id="guards-section" hidden>
        <h2 id="guards-heading">Guards</h2>
        <ul id="guards" class="gauges card"></ul>
        </section>
        <section aria-labelledby="controls-heading">
        <h2 id="controls-heading">Steering</h2>
        <p class="soft" id="controls-words">What is changed by hand stands in the report, and the run is then not judged as met.</p>
        <form id="token-form" class="row"><label>token <input id="token" type="password" autocomplete="off"
        spellcheck="false"></label><button type="submit">use it</button></form>
        <fieldset id="controls" disabled>
        <legend class="unseen">orders to the run</legend>
        <div class="row"><span>rate</span><button type="button" id="rate-down" aria-label="a tenth slower">−</button>
        <output id="rate" data-factor="1">× 1</output>
        <button type="button" id="rate-up" aria-label="a tenth faster">+</button>
        <button type="button" id="pause" aria-pressed="false">pause</button>
        <button type="button" id="stop" data-armed="false">stop the run</button></div>
        <div id="switches"></div>
        </fieldset>
        <p id="control-words" role="status" class="soft"></p>
        </section>
        <section aria-labelledby="faults-heading" id="faults-section" hidden>
        <h2 id="faults-heading">Faults at the mock banks</h2>
        <ul id="faults" class="events"></ul>
        </section>
        <section aria-labelledby="events-heading" id="events-section" hidden>
        <h2 id="events-heading">What happened</h2>
        <ol id="events" class="events"></ol>
        </section>
        </main>
        <footer>Spillway <span id="version"></span>. Figures are those of the second that has just ended; the report files each
        answer under the second in which it was due.</footer>
        </body>
        </html>

        """
}
