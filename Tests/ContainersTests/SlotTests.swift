import Containers
import SeededRandom
import Testing
import Timebase

/// Against what is too slow to be wrong.
@Suite struct SlotTests {
    @Test func `places come in the order in which they are due, from wherever they were taken out`() {
        var random = SeededRandom(Seed(20_261_121))
        var heap = DueHeap()
        var model: [(due: Int64, number: UInt64, place: Int32)] = []
        for step in 0..<20_000 {
            let free = (0..<64).map(Int32.init).filter { place in !model.contains { $0.place == place } }
            switch random.below(3) {
            case 0 where !free.isEmpty:
                let place = free[Int(random.below(UInt64(free.count)))]
                let entry = (due: Int64(random.below(50)), number: UInt64(step), place: place)
                heap.insert(place, due: Instant(nanoseconds: entry.due), number: entry.number)
                model.append(entry)
            case 1 where !model.isEmpty:
                heap.remove(model.remove(at: Int(random.below(UInt64(model.count)))).place)
            default:
                guard let first = heap.first else { continue }
                let least = model.indices.min { (model[$0].due, model[$0].number) < (model[$1].due, model[$1].number) }
                #expect(least.map { model[$0].place } == first.place, "step \(step)")
                if let least { model.remove(at: least) }
                heap.remove(first.place)
            }
            #expect(heap.count == model.count)
            #expect(heap.countDue(by: Instant(nanoseconds: 20)) == model.count { $0.due <= 20 })
        }
    }

    @Test func `the oldest in line is the oldest, whoever left from among the others`() {
        var random = SeededRandom(Seed(20_261_121))
        var slots = AgedSlots<Int>(room: 8)
        var line: [(place: Int32, value: Int)] = []
        var outside: [(place: Int32, value: Int)] = []
        for step in 0..<20_000 {
            switch random.below(4) {
            case 0: outside.append((slots.put(step), step))
            case 1 where !outside.isEmpty:
                line.append(outside.remove(at: Int(random.below(UInt64(outside.count)))))
                slots.enterLine(line[line.count - 1].place)
            case 2 where !line.isEmpty:
                outside.append(line.remove(at: Int(random.below(UInt64(line.count)))))
                slots.leaveLine(outside[outside.count - 1].place)
            default:
                let all = line + outside
                guard !all.isEmpty else { continue }
                let gone = all[Int(random.below(UInt64(all.count)))]
                let generation = slots.generation(of: gone.place)
                slots.giveBack(gone.place)
                #expect(slots.generation(of: gone.place) != generation)
                line.removeAll { $0.place == gone.place }
                outside.removeAll { $0.place == gone.place }
            }
            #expect(slots.oldest == line.first?.place, "step \(step)")
            #expect(slots.countInLine == line.count)
            for one in (line + outside).prefix(20) { #expect(slots[one.place] == one.value, "step \(step)") }
        }
    }
}
