// What RuntimeBench's `timers` does, in C: how late timers are when there is nothing but the kernel and a heap.
//
//     timer-twin RATE SECONDS SPIN_US CONCURRENT
//
// CONCURRENT timers stand in a heap, together on an even grid of RATE a second; each is armed again when it fires.
// One turn is: fire what is due, then sleep in epoll_pwait2 until SPIN_US before the next. Lag is read from the clock
// when a timer's turn has come.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>

struct timer {
    int64_t due;
    long round;
};

static struct timer *heap;
static long count;

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sift_down(long position) {
    struct timer moving = heap[position];
    for (;;) {
        long child = position * 2 + 1;
        if (child >= count) break;
        if (child + 1 < count && heap[child + 1].due < heap[child].due) child++;
        if (heap[child].due >= moving.due) break;
        heap[position] = heap[child];
        position = child;
    }
    heap[position] = moving;
}

static int by_value(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static double percentile(const int64_t *sorted, long number, long thousandths) {
    return number == 0 ? 0 : (double)sorted[(number - 1) * thousandths / 1000] / 1e3;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: timer-twin RATE SECONDS SPIN_US CONCURRENT\n");
        return 2;
    }
    const int64_t interval = 1000000000 / atol(argv[1]);
    const int64_t spin = atol(argv[3]) * 1000;
    const long concurrent = atol(argv[4]);
    const long rounds = (long)(atof(argv[2]) * 1e9) / interval / concurrent;
    int64_t *lags = malloc(sizeof *lags * (size_t)(rounds * concurrent + 1));
    long taken = 0;
    heap = malloc(sizeof *heap * (size_t)concurrent);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (lags == NULL || heap == NULL || epoll < 0) {
        perror("timer-twin");
        return 1;
    }
    const int64_t begin = now_ns() + 100000000;
    // Sorted, and so a heap.
    for (count = 0; count < concurrent; count++) heap[count] = (struct timer){begin + interval * count, 0};
    while (count > 0) {
        int64_t now = now_ns();
        while (count > 0 && heap[0].due <= now) {
            lags[taken++] = now_ns() - heap[0].due;
            if (++heap[0].round < rounds) {
                heap[0].due += interval * concurrent;
            } else {
                heap[0] = heap[--count];
            }
            if (count > 0) sift_down(0);
        }
        if (count == 0) break;
        int64_t sleep = heap[0].due - now_ns() - spin;
        if (sleep < 0) sleep = 0;
        struct timespec timeout = {.tv_sec = sleep / 1000000000, .tv_nsec = sleep % 1000000000};
        struct epoll_event events[16];
        epoll_pwait2(epoll, events, 16, &timeout, NULL);
    }
    qsort(lags, (size_t)taken, sizeof *lags, by_value);
    printf("{\"timers\": %ld, \"p50_us\": %.3f, \"p99_us\": %.3f, \"p999_us\": %.3f, \"max_us\": %.3f}\n", taken,
        percentile(lags, taken, 500), percentile(lags, taken, 990), percentile(lags, taken, 999),
        percentile(lags, taken, 1000));
    return 0;
}
