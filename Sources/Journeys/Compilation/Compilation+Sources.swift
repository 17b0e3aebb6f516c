import Diagnostics
import PlanModel
import PlanValues

extension Compilation {
    /// Nil when the origin is faulty, which is reported.
    mutating func source(_ data: DataSource) -> ValueSource? {
        switch data.origin {
        case .pool(let count, let pick):
            .pool(Pool(data.name.value, Picker(pick, among: count)))
        case .amount(let minor, let currency): .amount(Amount(Sampler(minor), currency: currency))
        case .number(let distribution): .number(Sampler(distribution))
        case .choice(let texts, let pick): .texts(TextTable(choices: texts), Picker(pick, among: texts.count))
        case .csv(let path, let pick): table(path).map { .texts($0, Picker(pick, among: $0.rowCount)) }
        }
    }

    private mutating func table(_ path: Located<String>) -> TextTable? {
        guard let bytes = setting.file(path.value) else {
            report("'\(path.value)' cannot be read", path.span)
            return nil
        }
        do throws(CSVFile.Fault) {
            return try CSVFile.table(bytes)
        } catch {
            report("'\(path.value)' is no table: line \(error.line): \(error.reason)", path.span)
            return nil
        }
    }

    mutating func add(
        _ source: ValueSource, _ name: String, _ part: String, _ reference: Template.Reference, as place: Place,
        to program: inout Program
    ) {
        switch source {
        case .amount, .number: program.add(.value(slot: layout.draw(name, column: 0, from: source), .raw))
        case .pool(let pool):
            let slot = layout.draw(name, column: 0, from: source)
            if pool.isClean {
                program.addClean(slot: slot, as: place)
            } else {
                program.add(.value(slot: slot, place))
            }
        case .texts(let table, _):
            guard let column = column(part, of: table, name, reference) else { return }
            let slot = layout.draw(name, column: column, from: source)
            if table.isClean[column] {
                program.addClean(slot: slot, as: place)
            } else {
                program.add(.value(slot: slot, place))
            }
        }
    }

    private mutating func column(
        _ part: String, of table: TextTable, _ name: String, _ reference: Template.Reference
    ) -> Int? {
        if let column = table.columns.firstIndex(of: part) { return column }
        if part.isEmpty, table.columns.count == 1 { return 0 }
        let fix =
            Spelling.closest(to: part, among: table.columns).map { "did you mean '\($0)'?" }
            ?? "write one of its columns, as in '${\(name).\(table.columns[0])}'"
        report(
            part.isEmpty ? "'\(name)' has \(table.columns.count) columns" : "'\(name)' has no column '\(part)'",
            reference.span, fix: fix)
        return nil
    }
}
