/// Rows that are only ever added, in pieces: growing moves none of them, which would stop the loop for as long as a
/// million of them take.
struct Rows<Row: Sendable>: Sendable {
    private static var pieceMax: Int { 4_096 }

    private var pieces: [[Row]] = []
    private(set) var count = 0

    /// The number of the new row.
    @discardableResult
    mutating func append(_ row: Row) -> Int {
        if count % Self.pieceMax == 0 {
            var piece: [Row] = []
            piece.reserveCapacity(Self.pieceMax)
            pieces.append(piece)
        }
        pieces[count / Self.pieceMax].append(row)
        count += 1
        return count - 1
    }

    subscript(number: Int) -> Row {
        _read { yield pieces[number / Self.pieceMax][number % Self.pieceMax] }
        _modify { yield &pieces[number / Self.pieceMax][number % Self.pieceMax] }
    }
}
