/// How a page looks: on light and dark screens, on a phone, on paper. What it says of drawings only replaces the colours that they
/// carry themselves. Nothing is told by colour alone.
package enum Stylesheet {
    package static let text = variables + frame + verdicts + charts + tables + media

    private static let light = """
        --paper:#f6f7f9;--sheet:#fff;--ink:#1b1f24;--soft:#56606b;--line:#dde2e7;--grid:#d8dee4;--even:#f4f6f8;
        --odd:#e9edf1;--warm:#d3d9df;--pass:#16703a;--fail:#b42318;--inconclusive:#8a5300;--not_judged:#56606b;
        --accent:#0072b2;--shadow:0 1px 2px rgb(20 30 40/.06),0 2px 12px rgb(20 30 40/.05);
        """

    private static let dark = """
        --paper:#0f1317;--sheet:#181d23;--ink:#e4e8ec;--soft:#9aa5b1;--line:#2c333b;--grid:#2c333b;--even:#1b2027;
        --odd:#222932;--warm:#39424d;--pass:#4cc38a;--fail:#ff8073;--inconclusive:#f0b429;--not_judged:#9aa5b1;
        --accent:#5ab0ea;--shadow:none;
        """

    private static let variables = """

        :root{color-scheme:light dark;\(light)\(Ink.all.map { "--\($0.name):\($0.light)" }.joined(separator: ";"))}
        @media screen and (prefers-color-scheme:dark){:root{\(dark)\(Ink.all.map { "--\($0.name):\($0.dark)" }.joined(separator: ";"))}}
        \(Ink.all.map { ".\($0.look){--c:var(--\($0.name))}" }.joined())

        """

    private static let frame = """
        *{box-sizing:border-box}
        html{scroll-padding-top:3.5rem}
        body{margin:0 auto;max-width:78rem;padding:1.5rem 1.25rem 3rem;background:var(--paper);color:var(--ink);
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
        overflow-wrap:anywhere}
        h1,h2,h3,h4,p,dl,dd,ul,ol,figure{margin:0}
        h2{font-size:1.3rem;letter-spacing:-.01em;margin:2.75rem 0 .9rem}
        h3{font-size:1rem}
        h3.group{margin:1.75rem 0 .75rem;color:var(--soft);font-weight:600}
        a{color:var(--accent)}
        small,.soft,footer{color:var(--soft);font-size:.85em}
        .hint{margin-bottom:1rem}
        code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.9em}
        footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.75rem}
        nav{position:sticky;top:0;z-index:3;margin:1rem -1.25rem 0;padding:.35rem 1.25rem;background:var(--paper);
        border-bottom:1px solid var(--line)}
        nav ul{display:flex;gap:.15rem 1.1rem;overflow-x:auto;list-style:none;padding:0;white-space:nowrap;font-size:.9em}
        nav a{display:inline-block;padding:.2rem 0;color:var(--soft);text-decoration:none}
        nav a:hover,nav a:focus-visible{color:var(--accent);text-decoration:underline}
        .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.75rem 1.5rem}
        .facts dt{color:var(--soft);font-size:.85em}
        section>.facts{padding:1.1rem 1.25rem;background:var(--sheet);border-radius:.6rem;box-shadow:var(--shadow)}
        section>.facts+p,section>p+.scroll{margin-top:1rem}
        section>.facts+.scroll,.scroll+.scroll,section>.facts+.pair{margin-top:1.5rem}
        :focus-visible{outline:2px solid var(--accent);outline-offset:2px}

        """

    private static let verdicts = """
        .verdict{border-top:.35rem solid var(--look);border-radius:.7rem;background:var(--sheet);padding:1.3rem 1.6rem 1.5rem;
        box-shadow:var(--shadow)}
        .verdict h1{display:flex;align-items:center;gap:.75rem;font-size:2.1rem;line-height:1.2;letter-spacing:-.02em;
        color:var(--look);margin:.2rem 0 .45rem}
        .verdict .sign{flex:none;display:inline-grid;place-items:center;width:2.5rem;height:2.5rem;border-radius:50%;
        background:var(--look);color:var(--sheet);font-size:1.35rem;line-height:1}
        .verdict .plan,.verdict .about{color:var(--soft)}
        .verdict .about{margin-top:.35rem}
        .verdict .rehearsed{color:var(--inconclusive);font-weight:700;margin-bottom:.5rem}
        .verdict .planted{color:var(--fail);font-weight:700;margin-bottom:.5rem}
        .verdict .facts{margin-top:1.2rem;padding-top:1.1rem;border-top:1px solid var(--line);
        grid-template-columns:repeat(auto-fill,minmax(7rem,1fr))}
        .verdict dd{font-size:1.4rem;font-weight:600;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
        .why{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1.2rem 2.5rem;margin-top:1.1rem}
        .why h2{font-size:.85rem;margin:0 0 .35rem;color:var(--soft);font-weight:600;letter-spacing:0}
        .why ul,.why ol{list-style:none;padding:0}
        .why li{padding:.3rem 0 .3rem .8rem;border-left:3px solid var(--look,var(--line));margin:.3rem 0}
        .why ol li{padding:.12rem 0 .12rem .8rem;margin:0;border-left-color:var(--line)}
        .why ol li.cause{border-left-color:var(--fault)}
        .why time{display:inline-block;min-width:3.4em;font-weight:600;font-variant-numeric:tabular-nums}
        .pass{--look:var(--pass)}.fail{--look:var(--fail)}.inconclusive{--look:var(--inconclusive)}
        .not_judged{--look:var(--not_judged)}
        .judgements{border-collapse:collapse;width:100%}
        .judgements th,.judgements td{text-align:left;vertical-align:top;font-weight:400;padding:.65rem .9rem .65rem 0;
        border-bottom:1px solid var(--line)}
        .judgements thead th{color:var(--soft);font-size:.85em;padding-bottom:.3rem}
        .judgements tbody th{width:27%}.judgements td:nth-child(3){width:24%}
        .judgements.audit tbody th{width:auto}.judgements.audit td:first-child{width:8.5rem}
        .judgements small{display:block}
        .badge{display:inline-block;white-space:nowrap;border:1px solid var(--look);color:var(--look);border-radius:1rem;
        padding:0 .6rem;font-weight:600;font-size:.9em}
        .reasons{margin:.35rem 0 0;padding-left:1.1rem;color:var(--soft);font-size:.9em}

        """

    private static let charts = """
        .chart{margin:0 0 1.1rem;padding:1rem 1.1rem .8rem;min-width:0;background:var(--sheet);border-radius:.6rem;
        box-shadow:var(--shadow)}
        .chart figcaption p,.chart .axis{color:var(--soft);font-size:.85em}
        .chart .axis{text-align:center}
        .legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;list-style:none;padding:.3rem 0 .5rem;font-size:.85em}
        .key{margin-right:.4rem;vertical-align:baseline}
        .toggle{font:inherit;color:inherit;background:none;border:0;border-radius:.3rem;padding:.05rem .2rem;margin:0 -.2rem;
        cursor:pointer}
        .toggle:hover{background:var(--odd)}
        .toggle[aria-pressed=false]{opacity:.55;text-decoration:line-through}
        .drawing{display:block}
        .drawing .sheet{fill:var(--sheet)}
        .drawing text{stroke:var(--sheet);fill:var(--ink)}
        .drawing .soft{fill:var(--soft);font-size:11px}
        .band-name text{stroke:none}
        .drawing text.c-fault{fill:var(--fault)}
        .even{fill:var(--even)}.odd{fill:var(--odd)}.warm{fill:var(--warm)}.band.c-fault{fill:var(--fault)}
        .grid{stroke:var(--grid)}.mark{stroke:var(--ink)}
        .line,.dots{stroke:var(--c)}
        .area{fill:var(--c)}
        .stage{position:relative}
        .stage[tabindex]{cursor:crosshair;touch-action:pan-y}
        .cross{fill:none;stroke:var(--ink);stroke-width:1;opacity:.55}
        .brush{fill:var(--accent);fill-opacity:.18}
        .tip{position:absolute;top:1.6rem;z-index:2;padding:.4rem .6rem;border-radius:.4rem;background:var(--ink);color:var(--sheet);
        font-size:.78rem;line-height:1.45;pointer-events:none;max-width:20rem;font-variant-numeric:tabular-nums}
        .tip span{display:block}
        .tip i{display:inline-block;width:.6rem;height:.6rem;border-radius:2px;background:var(--c);margin-right:.4rem;
        box-shadow:0 0 0 1px var(--sheet)}
        .reset{position:fixed;right:1rem;bottom:1rem;z-index:4;font:inherit;padding:.5rem 1rem;border:0;border-radius:2rem;
        background:var(--accent);color:var(--sheet);cursor:pointer;box-shadow:0 2px 10px rgb(0 0 0/.25)}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:0 1.1rem}
        .close-up h3{margin-top:1rem}.close-up>p{color:var(--soft);margin:.2rem 0 .7rem}
        .close-up .chart h3{margin-top:0}
        .events{padding-left:1.6rem;font-size:.9em}
        .events time{font-variant-numeric:tabular-nums;font-weight:600}

        """

    private static let tables = """
        details{margin-top:.3rem;font-size:.9em}
        summary{cursor:pointer;color:var(--soft)}
        .scroll{overflow-x:auto}
        section>.scroll,.card,section>details{padding:1rem 1.25rem;background:var(--sheet);border-radius:.6rem;
        box-shadow:var(--shadow)}
                section>details+details,.card+details{margin-top:.6rem}
        .card+.soft{margin-top:.6rem}
        .figures{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
        .figures caption{text-align:left;font-weight:600;padding-bottom:.35rem}
        details .figures caption{display:none}
        .figures th,.figures td{padding:.28rem .55rem;text-align:right;vertical-align:top;white-space:nowrap;
        border-bottom:1px solid var(--line)}
        .figures th:first-child{text-align:left;padding-left:0;font-weight:400}
        .figures thead th{color:var(--soft);font-weight:400;white-space:normal;vertical-align:bottom;max-width:6.5rem}
        .figures small{display:block}
        .witness{border-collapse:collapse;margin:.5rem 0}
        .witness th,.witness td{text-align:left;vertical-align:top;font-weight:400;padding:.2rem 1rem .2rem 0;
        border-bottom:1px solid var(--line)}
        .witness thead th{color:var(--soft)}
        .ledger{display:inline-block;min-width:4.5rem;padding:0 .5rem;border-radius:.3rem;background:var(--odd);font-size:.9em}

        """

    private static let media = """
        @media(max-width:44rem){
        body{padding:.75rem .75rem 2rem}
        nav{margin:.75rem -.75rem 0;padding:.35rem .75rem}
        .verdict{padding:.9rem 1rem}.verdict h1{font-size:1.5rem}.verdict .sign{width:2rem;height:2rem;font-size:1.1rem}
        .verdict dd{font-size:1.15rem}
        .chart{padding:.75rem .7rem .6rem}
        .judgements thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .judgements,.judgements tbody,.judgements tr,.judgements td,.judgements tbody th{display:block;width:auto}
        .judgements tr{border-bottom:1px solid var(--line);padding:.6rem 0}
        .judgements th,.judgements td,.judgements td:nth-child(3){border:0;padding:.15rem 0;width:auto}
        .judgements td[data-label]:not(:first-child)::before{content:attr(data-label) ": ";color:var(--soft)}
        }
        @media print{
        :root{--paper:#fff;--shadow:none}
        body{max-width:none;padding:0;font-size:11px}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        nav,details,.reset,.tip,.hint{display:none}
        .chart,.verdict,.judgements tr,.close-up{break-inside:avoid}
        .chart,section>.facts,section>.scroll,.card{padding-left:0;padding-right:0}
        h2,h3{break-after:avoid}
        .pair{grid-template-columns:1fr 1fr}
        .scroll{overflow:visible}
        .figures{font-size:8px}.figures th,.figures td{padding:.15rem .3rem}
        }
        """
}
