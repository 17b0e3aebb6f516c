import CYAML

/// libyaml's parser over a text in UTF-8: the one place that touches its memory.
///
/// libyaml counts its marks in characters; `CharacterOffsets` turns them into bytes. The text must be valid UTF-8
/// without a byte order mark, which `YAMLReader` sees to.
@safe struct YAMLEventReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// libyaml reads from this memory until it is deleted.
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let offsets: CharacterOffsets

    init(_ bytes: ArraySlice<UInt8>) {
        offsets = CharacterOffsets(bytes)
        unsafe input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
        _ = unsafe input.initialize(from: bytes)
        unsafe parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        let isReady = unsafe yaml_parser_initialize(parser)
        precondition(isReady == 1, "libyaml has no memory for a parser")
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event; the start of the stream is passed over.
    mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw syntaxError }
        defer { unsafe yaml_event_delete(&event) }
        if unsafe event.type == YAML_STREAM_START_EVENT { return try next() }
        return unsafe Self.translated(event, offsets)
    }

    private var syntaxError: YAMLSyntaxError {
        let state = unsafe parser.pointee
        // Errors of the input's encoding have a byte offset and no mark.
        let isReaderError = unsafe state.error == YAML_READER_ERROR
        return unsafe YAMLSyntaxError(
            problem: state.problem.map { unsafe String(cString: $0) } ?? "libyaml has no memory left",
            offset: isReaderError
                ? Int(state.problem_offset) : offsets.byte(ofCharacter: Int(state.problem_mark.index)),
            context: state.context.map { unsafe String(cString: $0) },
            contextOffset: offsets.byte(ofCharacter: Int(state.context_mark.index)))
    }

    private static func translated(_ event: yaml_event_t, _ offsets: CharacterOffsets) -> YAMLEvent {
        let (kind, anchor, tag) = unsafe kindAnchorTag(event)
        let start = unsafe offsets.byte(ofCharacter: Int(event.start_mark.index))
        let end = unsafe offsets.byte(ofCharacter: Int(event.end_mark.index))
        return YAMLEvent(kind: kind, anchor: anchor, hasTag: tag != nil, range: start..<max(start, end))
    }

    private static func kindAnchorTag(_ event: yaml_event_t) -> (YAMLEvent.Kind, String?, String?) {
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let text = unsafe String(decoding: bytes, as: UTF8.self)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            return unsafe (.scalar(text, isPlain: isPlain), string(scalar.anchor), string(scalar.tag))
        case YAML_ALIAS_EVENT:
            return unsafe (.alias(string(event.data.alias.anchor) ?? ""), nil, nil)
        case YAML_SEQUENCE_START_EVENT:
            let sequence = unsafe event.data.sequence_start
            return unsafe (.sequenceStart, string(sequence.anchor), string(sequence.tag))
        case YAML_MAPPING_START_EVENT:
            let mapping = unsafe event.data.mapping_start
            return unsafe (.mappingStart, string(mapping.anchor), string(mapping.tag))
        case YAML_DOCUMENT_START_EVENT: return (.documentStart, nil, nil)
        case YAML_DOCUMENT_END_EVENT: return (.documentEnd, nil, nil)
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return (.streamEnd, nil, nil)
        default: return (.end, nil, nil)
        }
    }

    private static func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe text.map { unsafe String(cString: $0) }
    }
}
