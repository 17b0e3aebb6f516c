import Testing

/// Profiles with one kind of mistake each, and exactly what is said about them.
struct BrokenProfile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let words: String

    static let all: [BrokenProfile] = [
        BrokenProfile(
            testDescription: "a duration without a unit",
            text: #"""
                profile: p
                channels:
                  icbc: {timer: 10, latency: lognormal p50=35 p99=250ms}

                """#,
            words: #"""
                p:3:17: error: 'timer' needs a unit; write '10ms' or '10s'
                 3 |   icbc: {timer: 10, latency: lognormal p50=35 p99=250ms}
                   |                 ^~
                p:3:30: error: 'latency' needs a unit; write '35ms' or '35s'
                 3 |   icbc: {timer: 10, latency: lognormal p50=35 p99=250ms}
                   |                              ^~~~~~~~~~~~~~~~~~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "an unknown key, and the one that was meant",
            text: #"""
                profile: p
                channels:
                  icbc: {latancy: 5ms, capacity: {concurency: 5}}

                """#,
            words: #"""
                p:3:10: error: 'icbc' has no key 'latancy'; did you mean 'latency'?
                 3 |   icbc: {latancy: 5ms, capacity: {concurency: 5}}
                   |          ^~~~~~~
                p:3:35: error: 'capacity' has no key 'concurency'; did you mean 'concurrency'?
                 3 |   icbc: {latancy: 5ms, capacity: {concurency: 5}}
                   |                                   ^~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "an unknown top key",
            text: #"""
                profile: p
                channels: {icbc: {}}
                journeys: {pay: {}}

                """#,
            words: #"""
                p:3:1: error: a profile has no key 'journeys'; its keys are profile, about, seed, include, allow, channels, faults, statement
                 3 | journeys: {pay: {}}
                   | ^~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "no channels, and a seed below zero",
            text: #"""
                profile: p
                seed: -1

                """#,
            words: #"""
                p:1:1: error: the profile has no 'channels'
                 1 | profile: p
                   | ^
                p:2:7: error: 'seed' is at least 0, not -1
                 2 | seed: -1
                   |       ^~

                """#),
        BrokenProfile(
            testDescription: "shares that are more than all payments",
            text: #"""
                profile: p
                channels:
                  icbc:
                    outcome: {approve: 97%, decline: {insufficient_funds: 5%}}

                """#,
            words: #"""
                p:4:24: error: 'approve' and 'decline' make 102%, more than all payments; leave 'approve' out for what the reasons to decline leave
                 4 |     outcome: {approve: 97%, decline: {insufficient_funds: 5%}}
                   |                        ^~~

                """#),
        BrokenProfile(
            testDescription: "shares that leave payments without an end",
            text: #"""
                profile: p
                channels:
                  icbc: {outcome: {approve: 93%, decline: {insufficient_funds: 5%}}}
                  ccb: {outcome: {approve: 99.9%}}

                """#,
            words: #"""
                p:3:29: error: 'approve' and 'decline' make 98%; what becomes of the rest is not said; leave 'approve' out, or give a reason to decline 2%
                 3 |   icbc: {outcome: {approve: 93%, decline: {insufficient_funds: 5%}}}
                   |                             ^~~
                p:4:28: error: 'approve' and 'decline' make 99.9%; what becomes of the rest is not said; leave 'approve' out, or give a reason to decline 0.1%
                 4 |   ccb: {outcome: {approve: 99.9%}}
                   |                            ^~~~~

                """#),
        BrokenProfile(
            testDescription: "reasons that are more than all payments, and one that is none",
            text: #"""
                profile: p
                channels:
                  icbc: {outcome: {decline: {Insufficient funds: 60%, do_not_honour: 50%}}}

                """#,
            words: #"""
                p:3:29: error: the reasons to decline make 110%, more than all payments
                 3 |   icbc: {outcome: {decline: {Insufficient funds: 60%, do_not_honour: 50%}}}
                   |                             ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                p:3:30: error: a reason is made of lower-case letters, digits and '_', 64 at most; write 'insufficient_funds'
                 3 |   icbc: {outcome: {decline: {Insufficient funds: 60%, do_not_honour: 50%}}}
                   |                              ^~~~~~~~~~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "a share that is no ratio",
            text: #"""
                profile: p
                channels:
                  icbc: {outcome: {approve: 0.93, decline: {a: 7%}, pending: 101%}}

                """#,
            words: #"""
                p:3:29: error: 'approve' needs a percent sign; write '93%'
                 3 |   icbc: {outcome: {approve: 0.93, decline: {a: 7%}, pending: 101%}}
                   |                             ^~~~
                p:3:62: error: 'pending' is at most 100%
                 3 |   icbc: {outcome: {approve: 0.93, decline: {a: 7%}, pending: 101%}}
                   |                                                              ^~~~

                """#),
        BrokenProfile(
            testDescription: "two channels at one port",
            text: #"""
                profile: p
                channels:
                  icbc: {listen: "127.0.0.1:9101"}
                  ccb: {listen: "0.0.0.0:9101"}
                  cmb: {listen: "127.0.0.1:0"}
                  boc: {listen: "127.0.0.1:0"}

                """#,
            words: #"""
                p:4:17: error: two channels listen at port 9101; give one another port, or leave 'listen' out for one that is free
                 4 |   ccb: {listen: "0.0.0.0:9101"}
                   |                 ^~~~~~~~~~~~~~
                p:3:18: note: the first is here
                 3 |   icbc: {listen: "127.0.0.1:9101"}
                   |                  ^~~~~~~~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "a listener that is none",
            text: #"""
                profile: p
                channels:
                  icbc: {listen: 9101}

                """#,
            words: #"""
                p:3:18: error: 'listen' is a host and a port, not a number; write '127.0.0.1:0' or '[::1]:8080'
                 3 |   icbc: {listen: 9101}
                   |                  ^~~~

                """#),
        BrokenProfile(
            testDescription: "a fault of a channel that there is not",
            text: #"""
                profile: p
                channels:
                  icbc: {}
                faults:
                  - {at: 60s, for: 45s, channel: icbd, stall: true}
                  - {at: 60s, for: 45s, channel: merchant, stall: true}

                """#,
            words: #"""
                p:5:34: error: there is no channel 'icbd'; did you mean 'icbc'?
                 5 |   - {at: 60s, for: 45s, channel: icbd, stall: true}
                   |                                  ^~~~
                p:6:34: error: there is no channel 'merchant'; the profile's: icbc
                 6 |   - {at: 60s, for: 45s, channel: merchant, stall: true}
                   |                                  ^~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "a fault at a stage",
            text: #"""
                profile: p
                channels:
                  icbc: {}
                faults:
                  - {at: "@flash", for: 20s, channel: icbc, stall: true}
                  - {at: soon, for: 20s, channel: icbc, stall: true}

                """#,
            words: #"""
                p:5:10: error: a profile has no stages, so '@flash' is no instant of it; count from the begin of the banks, as in '60s', or put the fault into the plan
                 5 |   - {at: "@flash", for: 20s, channel: icbc, stall: true}
                   |          ^~~~~~~~
                p:6:10: error: 'at' is a duration, not 'soon'; write '250ms' or '10s' or '5m'
                 6 |   - {at: soon, for: 20s, channel: icbc, stall: true}
                   |          ^~~~

                """#),
        BrokenProfile(
            testDescription: "a fault without an effect, and one of callbacks that there are not",
            text: #"""
                profile: p
                channels:
                  icbc: {}
                faults:
                  - {at: 1s, for: 20s, channel: icbc}
                  - {at: 1s, for: 20s, channel: icbc, callback: {hold-then-flood: true}}

                """#,
            words: #"""
                p:5:5: error: this fault has no effect; write one of 'latency', 'stall', 'timeout', 'connection', 'error', 'body', 'callback', 'maintenance', 'refuse', 'never-read'
                 5 |   - {at: 1s, for: 20s, channel: icbc}
                   |     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                p:6:33: error: 'icbc' sends no callbacks that could be held; give the channel a 'callback'
                 6 |   - {at: 1s, for: 20s, channel: icbc, callback: {hold-then-flood: true}}
                   |                                 ^~~~

                """#),
        BrokenProfile(
            testDescription: "a fault of amounts and operations that there are not",
            text: #"""
                profile: p
                channels:
                  icbc: {}
                faults:
                  - {at: 1s, for: 20s, channel: icbc, rate: 110%, where: {amount: {at least: 5, at most: 4}, operation: authorize}, stall: true}

                """#,
            words: #"""
                p:5:45: error: 'rate' is at most 100%
                 5 |   - {at: 1s, for: 20s, channel: icbc, rate: 110%, where: {amount: {at least: 5, at most: 4}, operation: autho…
                   |                                             ^~~~
                p:5:67: error: no amount is in this range
                 5 |   - {at: 1s, for: 20s, channel: icbc, rate: 110%, where: {amount: {at least: 5, at most: 4}, operation: autho…
                   |                                                                   ^~~~~~~~~~~~~~~~~~~~~~~~~
                p:5:105: error: 'operation' cannot be 'authorize'; did you mean 'authorise'?
                 5 | …0s, channel: icbc, rate: 110%, where: {amount: {at least: 5, at most: 4}, operation: authorize}, stall: true}
                   |                                                                                       ^~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "a callback without a delay",
            text: #"""
                profile: p
                channels:
                  icbc: {callback: {lost: 1%}}

                """#,
            words: #"""
                p:3:20: error: 'callback' has no 'delay'; write 'delay: 250ms'
                 3 |   icbc: {callback: {lost: 1%}}
                   |                    ^~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "callbacks that all wait for each other",
            text: #"""
                profile: p
                channels:
                  icbc: {callback: {delay: 1s, reorder: 100%}}

                """#,
            words: #"""
                p:3:41: error: when every callback waits for a later one, none is ever sent; write less than 100%
                 3 |   icbc: {callback: {delay: 1s, reorder: 100%}}
                   |                                         ^~~~

                """#),
        BrokenProfile(
            testDescription: "retries that nobody documents",
            text: #"""
                profile: p
                channels:
                  icbc: {callback: {delay: 1s, retries: wechatt}}
                  ccb: {callback: {delay: 1s, retries: {preset: wepey, speed: 0x}}}
                  cmb: {callback: {delay: 1s, retries: {speed: 600}}}
                  boc: {callback: {delay: 1s, retries: {preset: wechat, waits: [1s]}}}

                """#,
            words: #"""
                p:3:41: error: 'retries' knows no preset 'wechatt'; did you mean 'wechat'?
                 3 |   icbc: {callback: {delay: 1s, retries: wechatt}}
                   |                                         ^~~~~~~
                p:4:49: error: 'preset' cannot be 'wepey'; did you mean 'wepay'?
                 4 |   ccb: {callback: {delay: 1s, retries: {preset: wepey, speed: 0x}}}
                   |                                                 ^~~~~
                p:4:63: error: 'speed' is from 0.01x to 1000000x
                 4 |   ccb: {callback: {delay: 1s, retries: {preset: wepey, speed: 0x}}}
                   |                                                               ^~
                p:5:40: error: retries are either a 'preset' or 'waits'; write {preset: wechat, speed: 600x}
                 5 |   cmb: {callback: {delay: 1s, retries: {speed: 600}}}
                   |                                        ^~~~~~~~~~~~
                p:5:48: error: 'speed' needs an 'x'; write '600x'
                 5 |   cmb: {callback: {delay: 1s, retries: {speed: 600}}}
                   |                                                ^~~
                p:6:40: error: retries are either a 'preset' or 'waits'; write {preset: wechat, speed: 600x}
                 6 |   boc: {callback: {delay: 1s, retries: {preset: wechat, waits: [1s]}}}
                   |                                        ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "spans that no drill lasts",
            text: #"""
                profile: p
                channels:
                  icbc: {callback: {delay: 1s, retries: [9000h]}, timer: 9000h}
                faults:
                  - {at: 9000h, for: 9000h, channel: icbc, stall: true}

                """#,
            words: #"""
                p:3:42: error: 'retries' is longer than a year
                 3 |   icbc: {callback: {delay: 1s, retries: [9000h]}, timer: 9000h}
                   |                                          ^~~~~
                p:3:58: error: 'timer' is longer than a year
                 3 |   icbc: {callback: {delay: 1s, retries: [9000h]}, timer: 9000h}
                   |                                                          ^~~~~
                p:5:10: error: 'at' is longer than a year
                 5 |   - {at: 9000h, for: 9000h, channel: icbc, stall: true}
                   |          ^~~~~
                p:5:22: error: 'for' is longer than a year
                 5 |   - {at: 9000h, for: 9000h, channel: icbc, stall: true}
                   |                      ^~~~~

                """#),
        BrokenProfile(
            testDescription: "a key in the profile",
            text: #"""
                profile: p
                channels:
                  icbc: {callback: {delay: 1s, key: hunter2}}

                """#,
            words: #"""
                p:3:37: error: a key does not stand in a profile; write "${env.CALLBACK_KEY}", and set the variable
                 3 |   icbc: {callback: {delay: 1s, key: hunter2}}
                   |                                     ^~~~~~~

                """#),
        BrokenProfile(
            testDescription: "a cut-off that closes before it opens, too late, or never",
            text: #"""
                profile: p
                channels:
                  icbc: {cut-off: {opens: 18h, closes: 6h}}
                  ccb: {cut-off: {closes: 11m, day: 10m}}
                  cmb: {cut-off: {closes: 24h}}

                """#,
            words: #"""
                p:3:40: error: 'cut-off' closes before it opens; both count from the begin of the day
                 3 |   icbc: {cut-off: {opens: 18h, closes: 6h}}
                   |                                        ^~
                p:4:27: error: 'cut-off' closes after its day is over; write a longer 'day'; it lasts 24h when nothing is said
                 4 |   ccb: {cut-off: {closes: 11m, day: 10m}}
                   |                           ^~~
                p:5:18: error: this 'cut-off' never closes; leave it out
                 5 |   cmb: {cut-off: {closes: 24h}}
                   |                  ^~~~~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "payments that never settle, and none that could",
            text: #"""
                profile: p
                channels:
                  icbc: {outcome: {pending: 5%}}
                  ccb: {settlement: 5s}

                """#,
            words: #"""
                p:3:19: error: payments that are answered 'pending' need to end some time; write 'settlement: lognormal p50=2s p99=30s' beside 'outcome'
                 3 |   icbc: {outcome: {pending: 5%}}
                   |                   ^~~~~~~~~~~~~
                p:4:21: error: no payment is answered 'pending', so none settles later; write 'pending: 5%' in 'outcome', or leave this out
                 4 |   ccb: {settlement: 5s}
                   |                     ^~

                """#),
        BrokenProfile(
            testDescription: "a timer that nothing meets",
            text: #"""
                profile: p
                channels:
                  icbc: {timer: 2s, latency: 5s}
                  ccb: {timer: 2s, latency: uniform min=2s max=3s}

                """#,
            words: #"""
                p:3:30: error: no answer comes within the 'timer' of 2s, so everything is declined; write a latency below it, or 'outcome: {decline: {issuer_timeout: 100%}}'
                 3 |   icbc: {timer: 2s, latency: 5s}
                   |                              ^~
                p:4:29: error: no answer comes within the 'timer' of 2s, so everything is declined; write a latency below it, or 'outcome: {decline: {issuer_timeout: 100%}}'
                 4 |   ccb: {timer: 2s, latency: uniform min=2s max=3s}
                   |                             ^~~~~~~~~~~~~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "a queue before nothing",
            text: #"""
                profile: p
                channels:
                  icbc: {capacity: {queue: 5, quota: 0/s}}

                """#,
            words: #"""
                p:3:28: error: nothing waits where everything is worked on at once; write 'concurrency: 64' beside it, or leave it out
                 3 |   icbc: {capacity: {queue: 5, quota: 0/s}}
                   |                            ^
                p:3:38: error: 'quota' must be more than 0; a bank that takes nothing has the fault 'maintenance'
                 3 |   icbc: {capacity: {queue: 5, quota: 0/s}}
                   |                                      ^~~

                """#),
        BrokenProfile(
            testDescription: "a fixed answer beside the words of a bank",
            text: #"""
                profile: p
                channels:
                  icbc: {answer: {status: 200}, outcome: {approve: 100%}, callback: {delay: 1s}, listen: "127.0.0.1:0"}

                """#,
            words: #"""
                p:3:42: error: a channel with an 'answer' gives it to everyone at once, so its 'outcome' says nothing; leave out one of the two
                 3 |   icbc: {answer: {status: 200}, outcome: {approve: 100%}, callback: {delay: 1s}, listen: "127.0.0.1:0"}
                   |                                          ^~~~~~~~~~~~~~~
                p:3:69: error: a channel with an 'answer' gives it to everyone at once, so its 'callback' says nothing; leave out one of the two
                 3 |   icbc: {answer: {status: 200}, outcome: {approve: 100%}, callback: {delay: 1s}, listen: "127.0.0.1:0"}
                   |                                                                     ^~~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "a fixed answer that is late, and goes wrong as a bank does",
            text: #"""
                profile: p
                channels:
                  icbc: {answer: {status: 200}, latency: 1s}
                faults:
                  - {at: 1s, for: 1s, channel: icbc, stall: true}
                  - {at: 1s, for: 1s, channel: icbc, refuse: true}

                """#,
            words: #"""
                p:3:42: error: a channel with an 'answer' gives it to everyone at once, so its 'latency' says nothing; leave out one of the two
                 3 |   icbc: {answer: {status: 200}, latency: 1s}
                   |                                          ^~
                p:5:32: error: 'icbc' answers everyone at once, so nothing but 'refuse' and 'never-read' goes wrong with it; leave out its 'answer', or the fault
                 5 |   - {at: 1s, for: 1s, channel: icbc, stall: true}
                   |                                ^~~~

                """#),
        BrokenProfile(
            testDescription: "a fixed answer that cannot be given",
            text: #"""
                profile: p
                channels:
                  icbc: {answer: {status: 204, json: {ok: true}}}
                  ccb: {answer: {status: 99}}
                  cmb: {answer: {json: {id: "${id}", rate: .inf}}}

                """#,
            words: #"""
                p:3:38: error: an answer of status 204 has no body; leave it out
                 3 |   icbc: {answer: {status: 204, json: {ok: true}}}
                   |                                      ^~~~~~~~~~
                p:4:26: error: 'status' is from 200 to 599, not 99
                 4 |   ccb: {answer: {status: 99}}
                   |                          ^~
                p:5:29: error: a fixed answer is the same for everyone, so 'id' holds no '${'; write the value itself
                 5 |   cmb: {answer: {json: {id: "${id}", rate: .inf}}}
                   |                             ^~~~~~~
                p:5:44: error: JSON has no '.inf'
                 5 |   cmb: {answer: {json: {id: "${id}", rate: .inf}}}
                   |                                            ^~~~

                """#),
        BrokenProfile(
            testDescription: "what is not built yet, and what never will be",
            text: #"""
                profile: p
                channels:
                  icbc: {protocol: iso8583, idempotency: stripe}
                  ccb: {protocol: xml, shadow: {untagged: ignore}}

                """#,
            words: #"""
                p:3:20: error: ISO 8583 is not built yet; write 'json'
                 3 |   icbc: {protocol: iso8583, idempotency: stripe}
                   |                    ^~~~~~~
                p:3:42: error: 'idempotency' cannot be 'stripe'; did you mean 'stripe-v1'?
                 3 |   icbc: {protocol: iso8583, idempotency: stripe}
                   |                                          ^~~~~~
                p:4:19: error: 'protocol' cannot be 'xml'; write 'json'
                 4 |   ccb: {protocol: xml, shadow: {untagged: ignore}}
                   |                   ^~~
                p:4:43: error: 'untagged' cannot be 'ignore'; write 'refuse' or 'record' or 'alarm'
                 4 |   ccb: {protocol: xml, shadow: {untagged: ignore}}
                   |                                           ^~~~~~

                """#),
        BrokenProfile(
            testDescription: "an operation that there is not",
            text: #"""
                profile: p
                channels:
                  icbc: {operations: {authorize: {latency: 1s}, query: 5ms}}

                """#,
            words: #"""
                p:3:23: error: 'operations' has no key 'authorize'; did you mean 'authorise'?
                 3 |   icbc: {operations: {authorize: {latency: 1s}, query: 5ms}}
                   |                       ^~~~~~~~~
                p:3:56: error: 'query' is a mapping, not text; its keys are latency
                 3 |   icbc: {operations: {authorize: {latency: 1s}, query: 5ms}}
                   |                                                        ^~~

                """#),
        BrokenProfile(
            testDescription: "a channel whose name is none",
            text: #"""
                profile: my world
                channels:
                  my bank: {}

                """#,
            words: #"""
                p:1:10: error: 'profile' is a name, not 'my world'; write 'cn-retail'
                 1 | profile: my world
                   |          ^~~~~~~~
                p:3:3: error: a channel is called by letters, digits, '_', '.' and '-', 64 at most; write 'icbc', and say more in 'about'
                 3 |   my bank: {}
                   |   ^~~~~~~

                """#),
        BrokenProfile(
            testDescription: "two channels of one name",
            text: #"""
                profile: p
                channels:
                  icbc: {}
                  icbc: {}

                """#,
            words: #"""
                p:4:3: error: 'icbc' stands twice; leave one out
                 4 |   icbc: {}
                   |   ^~~~
                p:3:3: note: it stands here first
                 3 |   icbc: {}
                   |   ^~~~

                """#),
        BrokenProfile(
            testDescription: "a network with bits behind its prefix",
            text: #"""
                profile: p
                allow: [10.0.0.1/8, here]
                channels: {icbc: {}}

                """#,
            words: #"""
                p:2:9: error: '10.0.0.1/8' has bits set behind its prefix; write the network's first address, or a longer prefix
                 2 | allow: [10.0.0.1/8, here]
                   |         ^~~~~~~~~~
                p:2:21: error: 'allow' is a network, not 'here'; write '127.0.0.0/8' or '10.1.2.3'
                 2 | allow: [10.0.0.1/8, here]
                   |                     ^~~~

                """#),
        BrokenProfile(
            testDescription: "a statement with more discrepancies than payments",
            text: #"""
                profile: p
                channels: {icbc: {}}
                statement: {form: cvs, missing: 60%, off-by-one: 60%}

                """#,
            words: #"""
                p:3:12: error: these are more than all payments: one that is missing cannot be off by one
                 3 | statement: {form: cvs, missing: 60%, off-by-one: 60%}
                   |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                p:3:19: error: 'form' cannot be 'cvs'; did you mean 'csv'?
                 3 | statement: {form: cvs, missing: 60%, off-by-one: 60%}
                   |                   ^~~

                """#),
        BrokenProfile(
            testDescription: "discrepancies of more payments than there are",
            text: #"""
                profile: p
                channels: {icbc: {}}
                statement: {missing: 60%, off-by-one: 60%}

                """#,
            words: #"""
                p:3:12: error: these are more than all payments: one that is missing cannot be off by one
                 3 | statement: {missing: 60%, off-by-one: 60%}
                   |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~

                """#),
        BrokenProfile(
            testDescription: "an empty list of channels",
            text: #"""
                profile: p
                channels: {}

                """#,
            words: #"""
                p:2:11: error: 'channels' is empty
                 2 | channels: {}
                   |           ^~

                """#),
        BrokenProfile(
            testDescription: "queries that are never allowed",
            text: #"""
                profile: p
                channels:
                  icbc: {query: {quota: 500, min-age: 90, max-per-payment: 0}}

                """#,
            words: #"""
                p:3:25: error: 'quota' needs a unit; write '500/s' or '30000/min'
                 3 |   icbc: {query: {quota: 500, min-age: 90, max-per-payment: 0}}
                   |                         ^~~
                p:3:39: error: 'min-age' needs a unit; write '90ms' or '90s'
                 3 |   icbc: {query: {quota: 500, min-age: 90, max-per-payment: 0}}
                   |                                       ^~
                p:3:60: error: 'max-per-payment' is from 1 to 1000000, not 0
                 3 |   icbc: {query: {quota: 500, min-age: 90, max-per-payment: 0}}
                   |                                                            ^

                """#),
        BrokenProfile(
            testDescription: "a plan",
            text: #"""
                plan: p
                target: {stack: embedded}

                """#,
            words: #"""
                p:1:1: error: this is a plan, and no profile; a profile begins with 'profile: NAME'
                 1 | plan: p
                   | ^

                """#),
        BrokenProfile(
            testDescription: "an empty file",
            text: #"""

                """#,
            words: #"""
                p:1:1: error: the file is empty; begin with 'profile: NAME'
                 1 |
                   | ^

                """#),
        BrokenProfile(
            testDescription: "a list",
            text: #"""
                - a

                """#,
            words: #"""
                p:1:1: error: a profile is a mapping, not a list; begin with 'profile: NAME'
                 1 | - a
                   | ^

                """#),
    ]
}
