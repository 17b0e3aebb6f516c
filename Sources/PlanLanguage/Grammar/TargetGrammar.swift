import Diagnostics
import PlanModel
import PlanValues
import Timebase

/// `target`, `shadow`, `webhooks`: what is driven, and how the traffic is marked.
enum TargetGrammar {
    private static let stack = Key<Located<Bool>?>.optional(
        "stack", Shape<Bool>.choice(["embedded": true]).located, "the reference stack, started by the drill")
    private static let url = Key<Located<EntryAddress>?>.optional(
        "url", entryAddress.located, "the one entry point of the stack, or a mock bank of `channels`")
    private static let services = Key<[(name: Located<String>, value: Located<EntryAddress>)]?>.optional(
        "services", .names(entryAddress.located, declaring: .service),
        "several entry points; steps name one with `service`")
    /// `${channels.icbc}` is the whole of it: a bank's paths begin at its root.
    private static let entryAddress = Shape<EntryAddress>(
        form: .phrase(
            kind: "a URL", pattern: #"^(https?://[^@?# ]+|\$\{channels\.[^{}. ]+\})$"#,
            examples: ["https://pay.example.test:8443", "${channels.icbc}"], takesNumbers: false)
    ) { node, name, reading in
        guard case .text(let text) = node.content, text.hasPrefix("${channels."), text.hasSuffix("}") else {
            return Phrases.address.read(node, name, &reading).map(EntryAddress.url)
        }
        let channel = String(text.dropFirst("${channels.".count).dropLast())
        reading.mention(.channel, channel, at: node.span)
        return .channel(channel)
    }
    private static let transport = Key<Transport>.defaulted(
        "transport", transportShape, to: .http1, shown: "http1",
        "`http1`, or `curl` for proxies, HTTP/2 over TLS and odd endpoints")
    private static let proxy = Key<Located<ProxyAddress>?>.optional(
        "proxy",
        Phrases.withPort(
            from: 1,
            Shape<ProxyAddress>.phrase(
                "a proxy", pattern: #"^(https?|socks5h)://(\[[0-9a-fA-F:.%]+\]|[^:\[\]@/?# ]+):[0-9]+$"#,
                examples: ["http://127.0.0.1:3128", "socks5h://127.0.0.1:1080"], ProxyAddress.init)
        ).located,
        "what stands between, with `transport: curl`; it must be allowed as well")
    private static let connections = Key<Int>.defaulted(
        "connections", .integer(1...60_000), to: 256, shown: "256", "cap; waiting beyond it is measured, never hidden")
    private static let inFlight = Key<Int>.defaulted(
        "in-flight", .integer(1...1_000_000), to: 5_000, shown: "5000",
        "cap on open arrivals; beyond it arrivals are dropped and counted")
    private static let tls = Key<TLSFiles?>.optional("tls", tlsShape, "files for https")
    private static let allow = Key<[Located<NetworkBlock>]>.defaulted(
        "allow", .list(Phrases.network.located), to: [], shown: "[127.0.0.0/8]",
        "the driver refuses any other peer before the first byte")
    private static let timeout = Key<TimeSpan>.defaulted(
        "timeout", Phrases.positiveSpan, to: .seconds(10), shown: "10s", "how long an answer may take")

    static let shape = Shape<Target>.record(
        "target", "What the traffic goes to, and how: exactly one of `stack`, `url` and `services`.",
        [stack, url, services, transport, proxy, connections, inFlight, tls, allow, timeout]
    ) { fields, reading in
        let named: [Entry] = [
            fields[stack].map { .embedded(at: $0.span) }, fields[url].map(Entry.url),
            fields[services].map { .services($0.map { (name: $0.name.value, url: $0.value) }) },
        ].compactMap(\.self)
        let written = [fields.has(stack), fields.has(url), fields.has(services)].count { $0 }
        guard written == 1 else {
            reading.error(
                written == 0 ? "'target' names no stack" : "'target' names its stack \(written) times", at: fields.span,
                fix: "write one of 'stack: embedded', 'url: https://...' and 'services: {...}'")
            return nil
        }
        if let proxy = fields[proxy], fields[transport] != .curl {
            reading.error("the native transport goes through no proxy", at: proxy.span, fix: "write 'transport: curl'")
        }
        guard let entry = named.first else { return nil }
        return Target(
            entry: entry, transport: fields[transport], proxy: fields[proxy], connections: fields[connections],
            inFlight: fields[inFlight], tls: fields[tls], allow: fields[allow], timeout: fields[timeout])
    }

    private static let transportShape = Shape<Transport>(form: Shape<Transport>.word.form) { node, name, reading in
        if ["http2", "h2", "h2c"].contains(node.written) {
            reading.error(
                "HTTP/2 on the loop is not built yet", at: node.span,
                fix: "write 'curl' for HTTP/2 over TLS, or 'http1'")
            return nil
        }
        return Shape<Transport>.word.read(node, name, &reading)
    }

    private static let authority = Key<Located<String>?>.optional(
        "ca", Shape<String>.text.located, "who must have signed the server's certificate")
    private static let certificate = Key<Located<String>?>.optional(
        "cert", Shape<String>.text.located, "the client's own certificate")
    private static let key = Key<Template?>.optional(
        "key", .template, "its key; `${env.NAME}` keeps it out of the plan")
    private static let tlsShape = Shape<TLSFiles>.record(
        "target.tls", "Files in PEM form, relative to the plan.", [authority, certificate, key]
    ) { fields, reading in
        if fields.has(certificate) != fields.has(key) {
            reading.error("'cert' and 'key' belong together", at: fields.span, fix: "write both, or neither")
        }
        return TLSFiles(authority: fields[authority], certificate: fields[certificate], key: fields[key])
    }

    // MARK: Shadow

    private static let headers = Key<[(name: String, value: Template)]>.defaulted(
        "headers", Phrases.templates, to: [], shown: "X-Shadow: ${shadow.token}",
        "sent with every request; the token is signed")
    private static let baggage = Key<Bool>.defaulted(
        "baggage", .boolean, to: true, shown: "true", "W3C baggage `shadow=1,run=<id>`")
    private static let canary = Key<Canary>.defaulted(
        "canary", .word, to: .required, shown: "required",
        "whether a tagged probe must come back tagged from every mock before traffic begins")
    private static let control = Key<Located<Rate>?>.optional(
        "control", Shape<Rate>.value().located,
        "untagged twins of the traffic while stages run that count, at most \(ShadowMarks.controlMax); they are real payments anywhere "
            + "but on the embedded stack, and need `--control-is-real-payments` there")
    static let shadowDefault = ShadowMarks(headers: [], baggage: true, canary: .required, control: nil)
    static let shadowShape = Shape<ShadowMarks>.record(
        "shadow", "How this traffic is marked; it is, also when this is left out.", [headers, baggage, canary, control]
    ) { fields, reading in
        if let rate = fields[control], rate.value.perSecond == 0 || rate.value > ShadowMarks.controlMax {
            reading.error(
                "twins come at a rate above 0 and up to \(ShadowMarks.controlMax), not at \(rate.value)", at: rate.span,
                fix: "write 'control: 5/s'")
        }
        return ShadowMarks(
            headers: fields[headers], baggage: fields[baggage], canary: fields[canary], control: fields[control])
    }

    // MARK: Webhooks

    private static let listen = Key<HostPort>.required("listen", Phrases.hostPort, "port 0 is any that is free")
    private static let publicURL = Key<HTTPAddress>.required(
        "public-url", Phrases.address, "how the stack reaches it; `${webhook}` begins with it")
    static let webhooksShape = Shape<WebhookSink>.record(
        "webhooks", "Where the driver waits for the stack's webhooks.", [listen, publicURL]
    ) { fields, _ in WebhookSink(listen: fields[listen], publicURL: fields[publicURL]) }
}
