import Testing

/// Plans with one kind of mistake each, and exactly what is said about them.
struct BrokenPlan: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let words: String

    static let all: [BrokenPlan] = [
        BrokenPlan(
            testDescription: "a rate without a unit",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic:
                  - hold: {for: 60s, rate: 200}

                """#,
            words: #"""
                p:5:28: error: 'rate' needs a unit; write '200/s' or '12000/min'
                 5 |   - hold: {for: 60s, rate: 200}
                   |                            ^~~

                """#),
        BrokenPlan(
            testDescription: "an unknown key, and the one that was meant",
            text: #"""
                plan: p
                target: {url: "http://a", conections: 5}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:2:27: error: 'target' has no key 'conections'; did you mean 'connections'?
                 2 | target: {url: "http://a", conections: 5}
                   |                           ^~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "an unknown key that resembles none",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                colour: red

                """#,
            words: #"""
                p:5:1: error: a plan has no key 'colour'; its keys are plan, about, seed, include, target, stack, shadow, channels, webhooks, data, journeys, classify, …
                 5 | colour: red
                   | ^~~~~~

                """#),
        BrokenPlan(
            testDescription: "everything missing at once",
            text: #"""
                about: nothing

                """#,
            words: #"""
                p:1:1: error: the plan has no 'plan'; write 'plan: flash-sale'
                 1 | about: nothing
                   | ^
                p:1:1: error: the plan has no 'target'
                 1 | about: nothing
                   | ^
                p:1:1: error: the plan has no 'journeys'
                 1 | about: nothing
                   | ^
                p:1:1: error: the plan has no 'traffic'
                 1 | about: nothing
                   | ^

                """#),
        BrokenPlan(
            testDescription: "an empty file",
            text: #"""
                # nothing

                """#,
            words: #"""
                p:1:1: error: the file is empty; begin with 'plan: NAME'
                 1 | # nothing
                   | ^

                """#),
        BrokenPlan(
            testDescription: "no stack, and two",
            text: #"""
                plan: p
                target: {timeout: 1s}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:2:9: error: 'target' names no stack; write one of 'stack: embedded', 'url: https://...' and 'services: {...}'
                 2 | target: {timeout: 1s}
                   |         ^~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "two stacks",
            text: #"""
                plan: p
                target: {stack: embedded, url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:2:9: error: 'target' names its stack 2 times; write one of 'stack: embedded', 'url: https://...' and 'services: {...}'
                 2 | target: {stack: embedded, url: "http://a"}
                   |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "a transport that is not built",
            text: #"""
                plan: p
                target: {url: "http://a", transport: http2}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:2:38: error: HTTP/2 on the loop is not built yet; write 'curl' for HTTP/2 over TLS, or 'http1'
                 2 | target: {url: "http://a", transport: http2}
                   |                                      ^~~~~

                """#),
        BrokenPlan(
            testDescription: "a proxy that the transport does not know",
            text: #"""
                plan: p
                target: {url: "http://a", proxy: "http://127.0.0.1:3128"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:2:34: error: the native transport goes through no proxy; write 'transport: curl'
                 2 | target: {url: "http://a", proxy: "http://127.0.0.1:3128"}
                   |                                  ^~~~~~~~~~~~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "a proxy of another kind",
            text: #"""
                plan: p
                target: {url: "http://a", transport: curl, proxy: "socks4://127.0.0.1:1080"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:2:51: error: 'proxy' is a proxy, not 'socks4://127.0.0.1:1080'; write 'http://127.0.0.1:3128' or 'socks5h://127.0.0.1:1080'
                 2 | target: {url: "http://a", transport: curl, proxy: "socks4://127.0.0.1:1080"}
                   |                                                   ^~~~~~~~~~~~~~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "numbers out of range",
            text: #"""
                plan: p
                target: {url: "http://a", connections: 0, in-flight: 1.5}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:2:40: error: 'connections' is from 1 to 60000, not 0
                 2 | target: {url: "http://a", connections: 0, in-flight: 1.5}
                   |                                        ^
                p:2:54: error: 'in-flight' is a whole number, not 1.5
                 2 | target: {url: "http://a", connections: 0, in-flight: 1.5}
                   |                                                      ^~~

                """#),
        BrokenPlan(
            testDescription: "a network with bits behind its prefix",
            text: #"""
                plan: p
                target: {url: "http://a", allow: [127.0.0.1/8, here]}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:2:35: error: '127.0.0.1/8' has bits set behind its prefix; write the network's first address, or a longer prefix
                 2 | target: {url: "http://a", allow: [127.0.0.1/8, here]}
                   |                                   ^~~~~~~~~~~
                p:2:48: error: 'allow' is a network, not 'here'; write '127.0.0.0/8' or '10.1.2.3'
                 2 | target: {url: "http://a", allow: [127.0.0.1/8, here]}
                   |                                                ^~~~

                """#),
        BrokenPlan(
            testDescription: "an unreachable reference",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys:
                  pay:
                    steps:
                      - POST /p: {json: {a: "${amuont}", b: "${recent.payment}"}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                data:
                  amount: {number: 5}

                """#,
            words: #"""
                p:6:30: error: nothing is called 'amuont'; did you mean 'amount'?
                 6 |       - POST /p: {json: {a: "${amuont}", b: "${recent.payment}"}}
                   |                              ^~~~~~~~~
                p:6:46: error: no journey keeps 'payment'
                 6 |       - POST /p: {json: {a: "${amuont}", b: "${recent.payment}"}}
                   |                                              ^~~~~~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "a value that only a later step keeps",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys:
                  pay:
                    steps:
                      - GET /${order}: {}
                      - GET /x: {keep: {order: $.id}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:6:14: error: no earlier step of this journey keeps 'order'; a value kept by another journey is '${recent.order}'
                 6 |       - GET /${order}: {}
                   |              ^~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "a path that does not close its reference",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys:
                  pay:
                    steps:
                      - GET /${order: {}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:6:13: error: 'path' opens '${' and does not close it; write '}' behind the name, or '$${' for the text '${'
                 6 |       - GET /${order: {}
                   |             ^~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "data that are no csv have no columns",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys:
                  pay:
                    steps:
                      - GET /${m.name}: {}
                traffic: [hold: {for: 1s, rate: 1/s}]
                data: {m: {pool: 5}}

                """#,
            words: #"""
                p:6:14: error: 'm' is no csv, so it has no 'name'; write '${m}'
                 6 |       - GET /${m.name}: {}
                   |              ^~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "duplicate stage names",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic:
                  - hold: {for: 1s, rate: 1/s, name: a}
                  - spike: {for: 1s, rate: 9/s, name: a}

                """#,
            words: #"""
                p:6:39: error: two stages are called 'a'; give one another name
                 6 |   - spike: {for: 1s, rate: 9/s, name: a}
                   |                                       ^
                p:5:38: note: the first is here
                 5 |   - hold: {for: 1s, rate: 1/s, name: a}
                   |                                      ^

                """#),
        BrokenPlan(
            testDescription: "an instant of no stage",
            text: #"""
                plan: p
                target: {stack: embedded}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [spike: {for: 1s, rate: 1/s, name: flash}]
                channels: c.yaml
                faults:
                  - {at: "@flahs+5s", for: 1s, channel: icbc, refuse: true}

                """#,
            words: #"""
                p:7:10: error: there is no stage 'flahs'; did you mean 'flash'?
                 7 |   - {at: "@flahs+5s", for: 1s, channel: icbc, refuse: true}
                   |          ^~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "faults without banks, and without an effect",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                faults:
                  - {at: 1s, for: 1s, channel: icbc}

                """#,
            words: #"""
                p:6:5: error: this fault has no effect; write one of 'latency', 'stall', 'timeout', 'connection', 'error', 'body', 'callback', 'maintenance', 'refuse', 'never-read'
                 6 |   - {at: 1s, for: 1s, channel: icbc}
                   |     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                p:6:32: error: the plan starts no mock banks, so 'icbc' cannot fail; write 'channels:' with the path of a mock profile
                 6 |   - {at: 1s, for: 1s, channel: icbc}
                   |                                ^~~~

                """#),
        BrokenPlan(
            testDescription: "weights that are all zero",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys:
                  pay: {weight: 0, steps: [GET /: {}]}
                  ask: {weight: 0, steps: [GET /: {}]}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:4:3: error: the weights of all journeys are 0; give one more, or every stage a 'mix'
                 4 |   pay: {weight: 0, steps: [GET /: {}]}
                   |   ^~~

                """#),
        BrokenPlan(
            testDescription: "a mix of journeys that are not there",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic:
                  - hold: {for: 1s, rate: 1/s, mix: {pya: 1}}

                """#,
            words: #"""
                p:5:38: error: there is no journey 'pya'; did you mean 'pay'?
                 5 |   - hold: {for: 1s, rate: 1/s, mix: {pya: 1}}
                   |                                      ^~~

                """#),
        BrokenPlan(
            testDescription: "a stage whose keys are not indented",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic:
                  - hold:
                    for: 1s
                    rate: 1/s

                """#,
            words: #"""
                p:6:5: error: 'for' stands beside 'hold'; a stage has one key; indent what belongs to 'hold', or put it in braces
                 6 |     for: 1s
                   |     ^~~

                """#),
        BrokenPlan(
            testDescription: "an unknown stage and an unknown target",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hodl: {for: 1s, rate: 1/s}]
                targets:
                  - fairnes: {by: m}

                """#,
            words: #"""
                p:4:11: error: a stage cannot be 'hodl'; did you mean 'hold'?
                 4 | traffic: [hodl: {for: 1s, rate: 1/s}]
                   |           ^~~~
                p:6:5: error: a target cannot be 'fairnes'; did you mean 'fairness'?
                 6 |   - fairnes: {by: m}
                   |     ^~~~~~~

                """#),
        BrokenPlan(
            testDescription: "targets with the wrong kind of value",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                targets:
                  - goodput: {stage: hold, at least: 90%}
                  - amplification: {at most: 10%}
                  - blast radius: {channel: icbc, at most: 1.2}
                  - money: lenient

                """#,
            words: #"""
                p:6:38: error: 'at least' is a share, not '90%'; write '90% of peak' or '95% of baseline'
                 6 |   - goodput: {stage: hold, at least: 90%}
                   |                                      ^~~
                p:7:30: error: 'at most' is a number, not text; write 1.1
                 7 |   - amplification: {at most: 10%}
                   |                              ^~~
                p:8:44: error: 'at most' needs an 'x'; write '1.2x'
                 8 |   - blast radius: {channel: icbc, at most: 1.2}
                   |                                            ^~~
                p:9:12: error: 'money' cannot be 'lenient'; write 'strict'
                 9 |   - money: lenient
                   |            ^~~~~~~

                """#),
        BrokenPlan(
            testDescription: "targets that name what is not there",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                targets:
                  - latency: {journey: py, stage: base, p99: 1s}
                  - queue: {series: q, at most: 5}
                  - recovery: {after: hold, to: 95% of baseline, within: 10s}

                """#,
            words: #"""
                p:6:24: error: there is no journey 'py'; did you mean 'pay'?
                 6 |   - latency: {journey: py, stage: base, p99: 1s}
                   |                        ^~
                p:6:35: error: there is no stage 'base'; the plan's: hold
                 6 |   - latency: {journey: py, stage: base, p99: 1s}
                   |                                   ^~~~
                p:7:21: error: the plan has no series 'q', and no other
                 7 |   - queue: {series: q, at most: 5}
                   |                     ^
                p:8:33: error: there is no stage 'baseline'; the plan's: hold
                 8 |   - recovery: {after: hold, to: 95% of baseline, within: 10s}
                   |                                 ^~~~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "guards that cannot be read",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                guards:
                  - error ratio > 0.2 for 5s
                  - eror ratio > 20%
                  - p99 above 5s
                  - p99 > 800
                  - requests > 5 until 3s

                """#,
            words: #"""
                p:6:5: error: 'error ratio' needs a percent sign; write '20%'
                 6 |   - error ratio > 0.2 for 5s
                   |     ^~~~~~~~~~~~~~~~~~~~~~~~
                p:7:5: error: a guard cannot watch 'eror ratio'; did you mean 'error ratio'?
                 7 |   - eror ratio > 20%
                   |     ^~~~~~~~~~~~~~~~
                p:8:5: error: a guard compares with '>' or '<'; write 'error ratio > 20% for 5s'
                 8 |   - p99 above 5s
                   |     ^~~~~~~~~~~~
                p:9:5: error: 'p99' needs a unit; write '800ms' or '800s'
                 9 |   - p99 > 800
                   |     ^~~~~~~~~
                p:10:5: error: behind the limit stands 'for' and a duration, or nothing; write 'error ratio > 20% for 5s'
                 10 |   - requests > 5 until 3s
                    |     ^~~~~~~~~~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "a wait for webhooks that nobody receives",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys:
                  pay:
                    steps:
                      - await webhook payment.captured: {within: 30s}
                      - await payment: {within: 3s}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:6:9: error: nobody listens for webhooks; write 'webhooks: {listen: "127.0.0.1:0", public-url: "http://127.0.0.1"}'
                 6 |       - await webhook payment.captured: {within: 30s}
                   |         ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                p:7:9: error: 'await payment' names no event; write 'await webhook payment.captured: {within: 30s}'
                 7 |       - await payment: {within: 3s}
                   |         ^~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "steps that are no steps",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys:
                  pay:
                    steps:
                      - FETCH /p: {}
                      - POST p: {}
                      - GET /p
                      - POST /p: {json: {}, form: {a: b}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:6:9: error: a step cannot be 'FETCH /p'; there are POST /path, poll GET /path, await webhook EVENT, think
                 6 |       - FETCH /p: {}
                   |         ^~~~~~~~
                p:7:9: error: 'POST p' is no method and path; write 'GET /v1/payments: {...}'
                 7 |       - POST p: {}
                   |         ^~~~~~
                p:8:9: error: a step is a mapping with one key, not text; write '- GET /p: {}'
                 8 |       - GET /p
                   |         ^~~~~~
                p:9:18: error: a request has one body; write one of 'json', 'form' and 'body'
                 9 |       - POST /p: {json: {}, form: {a: b}}
                   |                  ^~~~~~~~~~~~~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "values in another form",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                seed: 1_000
                about: 7
                shadow: {baggage: yes, canary: sometimes}

                """#,
            words: #"""
                p:5:7: error: 'seed' is a whole number, not text; write 1000
                 5 | seed: 1_000
                   |       ^~~~~
                p:6:8: error: 'about' is text, not a number; write "7"
                 6 | about: 7
                   |        ^
                p:7:19: error: 'baggage' is true or false, not text; write true
                 7 | shadow: {baggage: yes, canary: sometimes}
                   |                   ^~~
                p:7:32: error: 'canary' cannot be 'sometimes'; write 'required' or 'off'
                 7 | shadow: {baggage: yes, canary: sometimes}
                   |                                ^~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "a ramp that cannot be",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic:
                  - ramp: {for: 1m, from: 0/s, to: 9/s, curve: exponential}
                  - ramp: {for: 5min, from: 1/s, to: 9/s, steps: 3, curve: linear}
                  - pulses: {for: 9s, rate: 9/s, width: 2s, every: 1s}

                """#,
            words: #"""
                p:5:48: error: an exponential ramp neither begins nor ends at 0; begin at 1/s
                 5 |   - ramp: {for: 1m, from: 0/s, to: 9/s, curve: exponential}
                   |                                                ^~~~~~~~~~~
                p:6:17: error: 'for' has the unit 'min'; write '5m'
                 6 |   - ramp: {for: 5min, from: 1/s, to: 9/s, steps: 3, curve: linear}
                   |                 ^~~~
                p:7:41: error: 'width' is not shorter than 'every'; a pulse without end is 'hold'
                 7 |   - pulses: {for: 9s, rate: 9/s, width: 2s, every: 1s}
                   |                                         ^~

                """#),
        BrokenPlan(
            testDescription: "a webhook address that nobody serves",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys:
                  pay:
                    steps:
                      - POST /p: {json: {notify: "${webhook}"}}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:6:35: error: nobody listens for webhooks, so '${webhook}' is no address; write a section 'webhooks'
                 6 |       - POST /p: {json: {notify: "${webhook}"}}
                   |                                   ^~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "a status of two meanings",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                classify: {shed: [429, 402]}

                """#,
            words: #"""
                p:5:11: error: 402 is both 'shed' and 'declined'; leave one out
                 5 | classify: {shed: [429, 402]}
                   |           ^~~~~~~~~~~~~~~~~~

                """#),
        BrokenPlan(
            testDescription: "a secret whose part is unknown",
            text: #"""
                plan: p
                target: {url: "http://a"}
                journeys:
                  pay:
                    steps:
                      - GET /${run.name}/${env}/${id.x}: {}
                traffic: [hold: {for: 1s, rate: 1/s}]

                """#,
            words: #"""
                p:6:14: error: 'run' has no part 'name'; write '${run.id}' or '${run.seed}' or '${run.plan}'
                 6 |       - GET /${run.name}/${env}/${id.x}: {}
                   |              ^~~~~~~~~~~
                p:6:26: error: 'env' needs the name of a variable; write '${env.NAME}'
                 6 |       - GET /${run.name}/${env}/${id.x}: {}
                   |                          ^~~~~~
                p:6:33: error: 'id' has no parts; write '${id}'
                 6 |       - GET /${run.name}/${env}/${id.x}: {}
                   |                                 ^~~~~~~

                """#),
        BrokenPlan(
            testDescription: "ports that no machine has, and fewer writes than payments",
            text: #"""
                plan: p
                target: {url: "http://127.0.0.1:99999/x", transport: curl, proxy: "http://[::1]:0"}
                webhooks: {listen: "127.0.0.1:65536", public-url: "http://a"}
                journeys: {pay: {steps: [GET /: {}]}}
                traffic: [hold: {for: 1s, rate: 1/s}]
                targets: [{amplification: {at most: 0.1}}]

                """#,
            words: #"""
                p:2:15: error: the port of 'url' is from 1 to 65535, not 99999
                 2 | target: {url: "http://127.0.0.1:99999/x", transport: curl, proxy: "http://[::1]:0"}
                   |               ^~~~~~~~~~~~~~~~~~~~~~~~~~
                p:2:67: error: the port of 'proxy' is from 1 to 65535, not 0
                 2 | target: {url: "http://127.0.0.1:99999/x", transport: curl, proxy: "http://[::1]:0"}
                   |                                                                   ^~~~~~~~~~~~~~~~
                p:3:20: error: the port of 'listen' is from 0 to 65535, not 65536
                 3 | webhooks: {listen: "127.0.0.1:65536", public-url: "http://a"}
                   |                    ^~~~~~~~~~~~~~~~~
                p:6:37: error: 'at most' is at least 1: a payment takes a write of its own; write 1.1
                 6 | targets: [{amplification: {at most: 0.1}}]
                   |                                     ^~~

                """#),
    ]
}
