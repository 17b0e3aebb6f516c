/// How the page looks: on light and dark screens, on a phone, on paper. Colours are chosen so that neighbours differ
/// in lightness as well, and nothing is told by colour alone.
package enum Stylesheet {
    package static let text = variables + frame + verdicts + charts + tables + media

    private static let light = """
        --paper:#fff;--sheet:#f5f7f9;--ink:#1b1f24;--soft:#56606b;--line:#d5dbe1;--grid:#dfe4e9;--even:#f2f5f8;
        --odd:#e8edf2;--warm:#c9d1d9;--pass:#16703a;--fail:#b42318;--inconclusive:#8a5300;--not_judged:#56606b;
        --offered:#6a737d;--started:#1668b8;--good:#0c8468;--dropped:#c0271d;--p99:#b9480e;--p50:#1668b8;--peak:#8b949e;
        --ok:#4caf93;--declined:#8fb4d1;--shed:#e5a50a;--expectation_failed:#b872b0;--unknown:#d2561b;--refused:#8b1e3f;
        --reset:#5f4b9b;--protocol:#3f4650;
        """

    private static let dark = """
        --paper:#14181d;--sheet:#1c2128;--ink:#e4e8ec;--soft:#9aa5b1;--line:#353c45;--grid:#2d343c;--even:#181d23;
        --odd:#1f252d;--warm:#39424d;--pass:#4cc38a;--fail:#ff8073;--inconclusive:#f0b429;--not_judged:#9aa5b1;
        --offered:#9aa5b1;--started:#58a6e8;--good:#3fc7a0;--dropped:#ff7b6e;--p99:#ff9a57;--p50:#58a6e8;--peak:#7d8894;
        --ok:#2f8f76;--declined:#587f9e;--shed:#d99a0b;--expectation_failed:#b575ad;--unknown:#e2703a;--refused:#c2506f;
        --reset:#8b78cf;--protocol:#aab4be;
        """

    private static let variables = """

        :root{color-scheme:light dark;\(light)}
        @media screen and (prefers-color-scheme:dark){:root{\(dark)}}

        """

    private static let frame = """
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:76rem;padding:1.5rem 1.25rem 3rem;background:var(--paper);color:var(--ink);
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
        overflow-wrap:anywhere}
        h1,h2,h3,p,dl,dd,ul,ol,figure{margin:0}
        h2{font-size:1.2rem;margin:2.5rem 0 .75rem}
        h3{font-size:1rem}
        small,.soft,footer{color:var(--soft);font-size:.85em}
        code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.9em}
        footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.75rem}
        .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.75rem 1.5rem}
        .facts dt{color:var(--soft);font-size:.85em}
        section>.facts+p{margin-top:1rem}
        section>.facts+.scroll,.scroll+.scroll{margin-top:1.5rem}

        """

    private static let verdicts = """
        .verdict{border:1px solid var(--line);border-left:.5rem solid var(--look);border-radius:.4rem;
        background:var(--sheet);padding:1.1rem 1.4rem}
        .verdict h1{font-size:1.9rem;line-height:1.25;color:var(--look);margin:.1rem 0 .35rem}
        .verdict .sign{margin-right:.5rem}
        .verdict .plan,.verdict .about{color:var(--soft)}
        .verdict .about{margin-top:.35rem}
        .verdict .rehearsed{color:var(--warn);font-weight:700;margin-bottom:.5rem}
        .verdict .planted{color:var(--fail);font-weight:700;margin-bottom:.5rem}
        .verdict .facts{margin-top:1rem;grid-template-columns:repeat(auto-fill,minmax(7rem,1fr))}
        .verdict dd{font-size:1.25rem;font-variant-numeric:tabular-nums}
        .pass{--look:var(--pass)}.fail{--look:var(--fail)}.inconclusive{--look:var(--inconclusive)}
        .not_judged{--look:var(--not_judged)}
        .judgements{border-collapse:collapse;width:100%}
        .judgements th,.judgements td{text-align:left;vertical-align:top;font-weight:400;padding:.6rem .75rem .6rem 0;
        border-bottom:1px solid var(--line)}
        .judgements thead th{color:var(--soft);font-size:.85em;padding-bottom:.3rem}
        .judgements tbody th{width:27%}.judgements td:nth-child(3){width:24%}
        .judgements small{display:block}
        .badge{display:inline-block;white-space:nowrap;border:1px solid var(--look);color:var(--look);border-radius:1rem;
        padding:0 .6rem;font-weight:600;font-size:.9em}
        .reasons{margin:.35rem 0 0;padding-left:1.1rem;color:var(--soft);font-size:.9em}

        """

    private static let charts = """
        .chart{margin:0 0 1.75rem;min-width:0}
        .chart figcaption p{color:var(--soft);font-size:.85em}
        .legend{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;padding:.25rem 0 .4rem;font-size:.85em}
        .key{display:inline-block;width:1.1rem;height:.3rem;border-radius:1px;background:var(--c);margin-right:.4rem;
        vertical-align:middle}
        .key.dashed{height:0;background:none;border-top:.18rem dotted var(--c)}
        .plot{display:grid;grid-template-columns:3.6rem minmax(0,1fr);grid-template-rows:15rem 2.6rem}
        .values,.canvas,.times{position:relative}
        .times{grid-column:2}
        .values span,.times span{position:absolute;white-space:nowrap;font-size:.75rem;line-height:1;color:var(--soft);
        font-variant-numeric:tabular-nums}
        .values span{right:.5rem;transform:translateY(50%)}
        .times span{top:.35rem;transform:translateX(-50%)}
        .times .first{transform:none}.times .last{transform:translateX(-100%)}
        .times .axis{top:1.35rem;left:50%}
        .canvas svg{display:block;width:100%;height:100%;overflow:visible}
        .bands span{position:absolute;top:.2rem;padding:0 .3rem;font-size:.72rem;line-height:1.2;color:var(--soft);
        white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
        .marks span{position:absolute;bottom:.15rem;transform:translateX(-50%);min-width:1.1rem;padding:0 .2rem;
        border-radius:.6rem;background:var(--ink);color:var(--paper);font-size:.68rem;line-height:1.1rem;text-align:center}
        .even{fill:var(--even)}.odd{fill:var(--odd)}.warm{fill:var(--warm);fill-opacity:.55}
        .grid,.mark,.line{fill:none;vector-effect:non-scaling-stroke}
        .grid{stroke:var(--grid)}
        .mark{stroke:var(--ink);stroke-dasharray:2 3}
        .line{stroke:var(--c);stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
        .line.dashed{stroke-dasharray:1 4;stroke-width:1.6}
        .field{fill:var(--c);stroke:none}
        .c-offered{--c:var(--offered)}.c-started{--c:var(--started)}.c-good{--c:var(--good)}.c-dropped{--c:var(--dropped)}
        .c-p99{--c:var(--p99)}.c-p50{--c:var(--p50)}.c-peak{--c:var(--peak)}.c-ok{--c:var(--ok)}
        .c-declined{--c:var(--declined)}.c-shed{--c:var(--shed)}.c-expectation_failed{--c:var(--expectation_failed)}
        .c-unknown{--c:var(--unknown)}.c-refused{--c:var(--refused)}.c-reset{--c:var(--reset)}.c-protocol{--c:var(--protocol)}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:0 2rem}
        .events{padding-left:1.6rem;font-size:.9em}
        .events time{font-variant-numeric:tabular-nums;font-weight:600}

        """

    private static let tables = """
        details{margin-top:.3rem;font-size:.9em}
        summary{cursor:pointer;color:var(--soft)}
        .scroll{overflow-x:auto}
        .figures{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
        .figures caption{text-align:left;font-weight:600;padding-bottom:.35rem}
        details .figures caption{display:none}
        .figures th,.figures td{padding:.28rem .55rem;text-align:right;vertical-align:top;white-space:nowrap;
        border-bottom:1px solid var(--line)}
        .figures th:first-child{text-align:left;padding-left:0;font-weight:400}
        .figures thead th{color:var(--soft);font-weight:400;white-space:normal;vertical-align:bottom;max-width:6.5rem}
        .figures small{display:block}

        """

    private static let media = """
        @media(max-width:44rem){
        body{padding:.75rem .75rem 2rem}
        .verdict{padding:.8rem 1rem}.verdict h1{font-size:1.5rem}
        .judgements thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .judgements,.judgements tbody,.judgements tr,.judgements td,.judgements tbody th{display:block;width:auto}
        .judgements tr{border-bottom:1px solid var(--line);padding:.6rem 0}
        .judgements th,.judgements td,.judgements td:nth-child(3){border:0;padding:.15rem 0;width:auto}
        .judgements td[data-label]:not(:first-child)::before{content:attr(data-label) ": ";color:var(--soft)}
        .plot{grid-template-columns:2.9rem minmax(0,1fr);grid-template-rows:12rem 2.6rem}
        .values span{font-size:.68rem;right:.35rem}
        }
        @media print{
        body{max-width:none;padding:0;font-size:11px}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        details{display:none}
        .chart,.verdict,.judgements tr{break-inside:avoid}
        h2{break-after:avoid}
        .scroll{overflow:visible}
        .figures{font-size:8px}.figures th,.figures td{padding:.15rem .3rem}
        .plot{grid-template-rows:11rem 2.4rem}
        }
        """
}
