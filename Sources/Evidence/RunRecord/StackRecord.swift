import JSON
package import StackVocabulary

/// What the embedded stack of a run was: how large it was declared to be, how it behaved, and what was planted in it.
package struct StackRecord: Sendable, Equatable {
    package var setting: StackSetting
    package var store: StackStore
    /// `http://127.0.0.1:8080`, where merchants and banks reached it. Its metrics were at `/metrics`.
    package var front: String
    /// Where its operator did; its exports were at `/admin/export/`.
    package var operatorDesk: String

    package init(setting: StackSetting, store: StackStore, front: String, operatorDesk: String) {
        self.setting = setting
        self.store = store
        self.front = front
        self.operatorDesk = operatorDesk
    }

    /// In their own order.
    package var defects: [Defect] { Defect.allCases.filter(setting.has) }

    /// Nil when nothing is planted.
    package var warning: String? { Defect.warning(of: setting) }
}

extension StackRecord {
    var json: JSONValue {
        let planted = defects.map { defect in
            JSONValue.object([
                ("name", .text(defect.name)), ("wrong", .text(defect.wrong)),
                ("caught_by", .text(defect.caughtBy)),
            ])
        }
        return .object([
            ("planted", .array(planted)), ("store", .text(store.rawValue)), ("front", .text(front)),
            ("metrics", .text("\(front)/metrics")), ("operator", .text(operatorDesk)),
            ("exports", .text("\(operatorDesk)/admin/export")), ("setting", setting.json),
        ])
    }

    init(_ place: JSONPlace) throws(RecordFault) {
        let store = try place.member("store")
        guard let known = StackStore(rawValue: try store.string()) else {
            throw store.expected("one of " + StackStore.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "))
        }
        self.init(
            setting: try StackSetting(stored: place.member("setting")), store: known,
            front: try place.string("front"), operatorDesk: try place.string("operator"))
    }
}
