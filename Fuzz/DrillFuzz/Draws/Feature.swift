/// What a drawn drill may have. Each seed switches about half of them on, and uses those it has freely: swarms of drills that
/// lack something find more than drills which all have a little of everything.
enum Feature: CaseIterable {
    // The stack.
    case smallStack, tightLimits, hastyBanks, earlyQuestions, memoryStore, twoDatabases, touchyBreaker, patientDeadline
    // The banks.
    case manyBanks, declines, pending, callbacks, roughCallbacks, tightBanks, otherKeys, slowBanks, questionRules
    // The clients.
    case retries, duplicates, deadlines, priorities, holds, refunds, questions, polls, webhooks, thinking, control
    case narrowTarget, impatience
    // The traffic.
    case crowd, ramps, pulses, pauses, users, bursts
    // What goes wrong, and what is watched.
    case bankFaults, planFaults, silence, breaks, wrongBodies, closedBanks, guards, observation, judges
}
