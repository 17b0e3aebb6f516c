// What the Glibc module lacks: epoll, eventfd, accept4, prctl, affinity, and the concurrency runtime's enqueue hooks.
// Not included on purpose: sys/resource.h, which clashes with the Glibc module; its two calls are declared as functions.
#ifndef SPILLWAY_CLINUX_H
#define SPILLWAY_CLINUX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

// The event loop that this thread runs: a token that is only ever compared, or 0.
extern __thread uintptr_t spillway_thread_token __attribute__((tls_model("initial-exec")));
static inline uintptr_t spillway_current_token(void) { return spillway_thread_token; }
static inline void spillway_set_current_token(uintptr_t token) { spillway_thread_token = token; }

int spillway_epoll_create(void);
// op: EPOLL_CTL_ADD, MOD or DEL. 0, or -1 with errno.
int spillway_epoll_control(int epoll, int op, int descriptor, uint32_t events, uint64_t data);
// timeout_ns < 0 waits without end. The number of events, or -1 with errno.
int spillway_epoll_wait(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns);
static inline uint64_t spillway_event_data(const struct epoll_event *event) { return event->data.u64; }
static inline uint32_t spillway_event_mask(const struct epoll_event *event) { return event->events; }

int spillway_eventfd(void);
// A non-blocking, close-on-exec descriptor, or -1 with errno.
int spillway_accept(int listener, void *address, uint32_t *length);
int spillway_socket(int family);
int64_t spillway_monotonic_ns(void);
int64_t spillway_realtime_ns(void);
// What the calling thread has had of a processor.
int64_t spillway_thread_processor_ns(void);
void spillway_set_timer_slack(uint64_t nanoseconds);
// Pins the calling thread. 0, or -1 with errno.
int spillway_pin_to_core(int core);
void spillway_name_thread(const char *name);

struct spillway_usage {
    int64_t user_us;
    int64_t system_us;
    int64_t resident_peak_kib;
    int64_t voluntary_switches;
    int64_t involuntary_switches;
};
struct spillway_usage spillway_process_usage(void);
// The soft limit of open descriptors; the second raises it to at most the hard limit and returns what holds then.
int64_t spillway_descriptor_limit(void);
int64_t spillway_raise_descriptor_limit(int64_t wanted);

// A descriptor of the process, close-on-exec, which becomes readable when it has ended; -1 with errno.
int spillway_open_process(int process);
// Of a `posix_spawn_file_actions_t`: closes all descriptors of the child from this one on. 0, or an error's code.
int spillway_close_from(void *actions, int first);
// Lets it have so much less of the processors than this process has.
void spillway_give_way(int process, int niceness);

// Installs a trap for work that an event loop's thread hands to the global pool or the main executor.
// The number of hooks it found and set; fewer than `spillway_escape_hooks` means that the net has a hole.
enum { spillway_escape_hooks = 4 };
int spillway_install_escape_trap(void);

#endif
