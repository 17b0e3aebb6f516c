internal import CSQLite

/// What a function of SQL is given, and what it gives back.
package enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
}

/// The arguments of one call. They are the library's, and gone when the call is over; borrowed and
/// never copied, they do not outlive it.
@safe package struct SQLArguments: ~Copyable {
    private let values: UnsafeMutablePointer<OpaquePointer?>?
    package let count: Int32

    fileprivate init(_ values: UnsafeMutablePointer<OpaquePointer?>?, count: Int32) {
        unsafe self.values = values
        self.count = count
    }

    private func value(_ place: Int32) -> OpaquePointer? {
        precondition(place >= 0 && place < count, "argument \(place) of \(count)")
        return unsafe values?[Int(place)]
    }

    package func isNull(_ place: Int32) -> Bool { unsafe sqlite3_value_type(value(place)) == SQLITE_NULL }

    package func isInteger(_ place: Int32) -> Bool { unsafe sqlite3_value_type(value(place)) == SQLITE_INTEGER }

    package func integer(_ place: Int32) -> Int64 { unsafe sqlite3_value_int64(value(place)) }

    package func text(_ place: Int32) -> String {
        guard let start = unsafe sqlite3_value_text(value(place)) else { return "" }
        let count = unsafe Int(sqlite3_value_bytes(value(place)))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

extension Database {
    package typealias Function = (borrowing SQLArguments) -> SQLValue

    /// From now on statements of this connection may call it. The same arguments must always give the same value.
    package func define(_ name: String, arguments: Int32, _ body: @escaping Function) throws(DatabaseError) {
        let owner = unsafe Unmanaged.passRetained(FunctionBody(body)).toOpaque()
        let code = unsafe sqlite3_create_function_v2(
            handle, name, arguments, SQLITE_UTF8 | SQLITE_DETERMINISTIC, owner,
            { context, count, values in
                guard let owner = unsafe sqlite3_user_data(context) else { return }
                let body = unsafe Unmanaged<FunctionBody>.fromOpaque(owner).takeUnretainedValue()
                unsafe FunctionBody.tell(body.call(SQLArguments(values, count: count)), context)
            }, nil, nil,
            { owner in if let owner = unsafe owner { unsafe Unmanaged<FunctionBody>.fromOpaque(owner).release() } })
        // The library has released it itself where it failed.
        if code != SQLITE_OK { throw error("define the function '\(name)'", code) }
    }
}

private final class FunctionBody {
    let call: Database.Function

    init(_ call: @escaping Database.Function) {
        self.call = call
    }

    static func tell(_ value: SQLValue, _ context: OpaquePointer?) {
        switch value {
        case .null: unsafe sqlite3_result_null(context)
        case .integer(let number): unsafe sqlite3_result_int64(context, number)
        case .real(let number): unsafe sqlite3_result_double(context, number)
        case .text(let text):
            let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            unsafe sqlite3_result_text64(
                context, text, UInt64(text.utf8.count), transient, UInt8(SQLITE_UTF8))
        }
    }
}
