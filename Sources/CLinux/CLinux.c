#define _GNU_SOURCE
#include "CLinux.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__thread uintptr_t spillway_thread_token __attribute__((tls_model("initial-exec")));

int spillway_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int spillway_epoll_control(int epoll, int op, int descriptor, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    return epoll_ctl(epoll, op, descriptor, &event);
}

int spillway_epoll_wait(int epoll, struct epoll_event *events, int capacity, int64_t timeout_ns) {
    if (timeout_ns < 0) return epoll_pwait2(epoll, events, capacity, NULL, NULL);
    struct timespec timeout = {.tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000};
    return epoll_pwait2(epoll, events, capacity, &timeout, NULL);
}

int spillway_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

int spillway_accept(int listener, void *address, uint32_t *length) {
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int spillway_socket(int family) { return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t spillway_monotonic_ns(void) { return read_clock(CLOCK_MONOTONIC); }
int64_t spillway_realtime_ns(void) { return read_clock(CLOCK_REALTIME); }
int64_t spillway_thread_processor_ns(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

void spillway_set_timer_slack(uint64_t nanoseconds) { prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0); }

int spillway_pin_to_core(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    return sched_setaffinity(0, sizeof set, &set);
}

void spillway_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

static int64_t microseconds(struct timeval value) { return (int64_t)value.tv_sec * 1000000 + value.tv_usec; }

struct spillway_usage spillway_process_usage(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (struct spillway_usage){
        .user_us = microseconds(usage.ru_utime),
        .system_us = microseconds(usage.ru_stime),
        .resident_peak_kib = usage.ru_maxrss,
        .voluntary_switches = usage.ru_nvcsw,
        .involuntary_switches = usage.ru_nivcsw,
    };
}

int64_t spillway_descriptor_limit(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? (int64_t)limit.rlim_cur : -1;
}

int64_t spillway_raise_descriptor_limit(int64_t wanted) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    if ((rlim_t)wanted > limit.rlim_cur) {
        limit.rlim_cur = (rlim_t)wanted < limit.rlim_max ? (rlim_t)wanted : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    return spillway_descriptor_limit();
}

int spillway_open_process(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int spillway_close_from(void *actions, int first) { return posix_spawn_file_actions_addclosefrom_np(actions, first); }

void spillway_give_way(int process, int niceness) {
    if (niceness > 0) setpriority(PRIO_PROCESS, (id_t)process, getpriority(PRIO_PROCESS, 0) + niceness);
}

// The hooks of the Swift concurrency runtime: `void hook(job, …, original)` in Swift's calling convention. Each is
// replaced by one that ends the process when the calling thread runs an event loop, and else calls the original.
#define SWIFT __attribute__((swiftcall))
typedef SWIFT void (*enqueue_original)(void *job);
typedef SWIFT void (*delay_original)(unsigned long long delay, void *job);
typedef SWIFT void (*deadline_original)(
    long long seconds, long long nanoseconds, long long tolerance_seconds, long long tolerance_nanoseconds, int clock,
    void *job);

static void trap_on_loop(const char *what) {
    if (spillway_thread_token == 0) return;
    fprintf(stderr, "spillway: escape: %s from an event loop's thread; use EventLoop.spawn or EventLoop.sleep\n", what);
    fflush(stderr);
    abort();
}

static SWIFT void on_global(void *job, enqueue_original original) {
    trap_on_loop("a task went to the global pool");
    original(job);
}

static SWIFT void on_main(void *job, enqueue_original original) {
    trap_on_loop("a task went to the main executor");
    original(job);
}

static SWIFT void on_delay(unsigned long long delay, void *job, delay_original original) {
    trap_on_loop("a sleep went to the global pool");
    original(delay, job);
}

static SWIFT void on_deadline(
    long long seconds, long long nanoseconds, long long tolerance_seconds, long long tolerance_nanoseconds, int clock,
    void *job, deadline_original original) {
    trap_on_loop("a clock's sleep went to the global pool");
    original(seconds, nanoseconds, tolerance_seconds, tolerance_nanoseconds, clock, job);
}

static int set_hook(const char *name, void *hook) {
    void **slot = dlsym(RTLD_DEFAULT, name);
    if (slot == NULL) return 0;
    *slot = hook;
    return 1;
}

int spillway_install_escape_trap(void) {
    return set_hook("swift_task_enqueueGlobal_hook", (void *)on_global)
        + set_hook("swift_task_enqueueGlobalWithDelay_hook", (void *)on_delay)
        + set_hook("swift_task_enqueueGlobalWithDeadline_hook", (void *)on_deadline)
        + set_hook("swift_task_enqueueMainExecutor_hook", (void *)on_main);
}
