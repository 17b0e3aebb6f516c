/// What the live page adds to the report's style sheet.
enum LiveLooks {
    static let text = """
        [hidden]{display:none!important}
        .live .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .live .skip{position:absolute;left:-99rem}.live .skip:focus{left:1rem;top:.5rem;background:var(--paper);z-index:2}
        #connection{float:right;border:1px solid var(--line);border-radius:1rem;padding:0 .6rem;font-size:.85em}
        #connection[data-state=live]{color:var(--pass);border-color:var(--pass)}
        #connection[data-state=reconnecting],#connection[data-state=refused]{color:var(--inconclusive);
        border-color:var(--inconclusive)}
        .stagebar{position:relative;margin:.4rem 0 .3rem}
        #stages{display:flex;gap:2px;height:1.6rem}
        #stages span{flex:1 1 0;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:.75rem;
        line-height:1.6rem;padding:0 .35rem;background:var(--odd);color:var(--soft);border-radius:2px}
        #stages span[data-state=past]{background:var(--warm);color:var(--ink)}
        #stages span[data-state=now]{background:var(--accent);color:var(--sheet);font-weight:600}
        #now{position:absolute;top:-.25rem;bottom:-.25rem;width:2px;background:var(--ink);left:0}
        .live .figures-now{grid-template-columns:repeat(auto-fill,minmax(6.5rem,1fr));margin-top:.9rem}
        .figures-now dd{font-size:1.35rem;font-variant-numeric:tabular-nums;white-space:nowrap}
        .figures-now dd[data-bad=true]{color:var(--fail);font-weight:600}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:0 1.1rem;
        align-items:start}
        .live .canvas{position:relative}
        .live .drawing{width:100%;height:14rem;touch-action:pan-y;cursor:crosshair;font-variant-numeric:tabular-nums}
        .live .toggle{text-align:left}
        .gauges{list-style:none;padding:1rem 1.25rem;display:grid;gap:.5rem 2rem;
        grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr))}
        .gauges meter{width:100%;height:.8rem}
        .row{display:flex;flex-wrap:wrap;gap:.4rem .6rem;align-items:center;margin:.4rem 0}
        .live fieldset{border:0;border-radius:.6rem;background:var(--sheet);box-shadow:var(--shadow);padding:.6rem 1.25rem;
        margin:.5rem 0;min-width:0}
        .live button:not(.toggle),.live input,.live select{font:inherit;color:var(--ink);background:var(--paper);
        border:1px solid var(--line);border-radius:.3rem;padding:.2rem .65rem;min-height:2rem}
        .live button:not(.toggle){cursor:pointer}
        .live button[aria-pressed=true]:not(.toggle),.live button[data-armed=true]{background:var(--fail);color:var(--sheet)}
        .live fieldset:disabled button{cursor:not-allowed;opacity:.55}
        #rate{min-width:3.5rem;text-align:center;font-variant-numeric:tabular-nums}
        .live .events li[data-state=up]{font-weight:600}
        .live .events li[data-state=over]{color:var(--soft)}
        .notice{border:1px solid var(--line);padding:.5rem .9rem}

        """
}
