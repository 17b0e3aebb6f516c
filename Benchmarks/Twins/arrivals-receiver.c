// Says how exactly requests arrive: an HTTP server that stamps each request, and tells how far the stamps stand from an
// even grid.
//
//     arrivals-receiver RATE SKIP
//
// It listens on a free port of the loopback, says the address as a line of JSON, and answers every request at once. The
// stamp is the one that the kernel gave the request's last segment when it came, not that of when this process woke up
// and read it: how this process is scheduled must not stand in the figures. Kernel stamps are wall-clock time and are
// carried over to CLOCK_MONOTONIC, which nobody adjusts, where they are read.
//
// When its standard input ends it writes the figures: stamp i is compared with offset + i / RATE, where the offset is
// the one that fits best (the median). The first SKIP stamps count for the index and for nothing else: connecting and
// cold caches are not what is asked here.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { stamps_max = 4000000, connections_max = 4096, room = 8192 };

static const char answer[] =
    "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 42\r\n\r\n"
    "{\"id\":\"pay_0123456789\",\"status\":\"created\"}";

struct connection {
    size_t filled;
    char bytes[room];
};

static struct connection *connections[connections_max];
static int64_t *stamps;
static long taken;

static int64_t now_ns(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// What to add to wall-clock time for the monotonic clock's. A look that was interrupted is not believed.
static int64_t to_monotonic(void) {
    static int64_t offset;
    int64_t before = now_ns(CLOCK_MONOTONIC), wall = now_ns(CLOCK_REALTIME), after = now_ns(CLOCK_MONOTONIC);
    if (after - before < 1000 || offset == 0) offset = before + (after - before) / 2 - wall;
    return offset;
}

static ssize_t receive(int descriptor, char *bytes, size_t count, int64_t *stamp) {
    union { struct cmsghdr head; char bytes[CMSG_SPACE(sizeof(struct timespec))]; } control;
    struct iovec piece = {.iov_base = bytes, .iov_len = count};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t received = recvmsg(descriptor, &message, 0);
    *stamp = 0;
    for (struct cmsghdr *said = CMSG_FIRSTHDR(&message); received > 0 && said; said = CMSG_NXTHDR(&message, said)) {
        if (said->cmsg_level != SOL_SOCKET || said->cmsg_type != SCM_TIMESTAMPNS) continue;
        struct timespec wall;
        memcpy(&wall, CMSG_DATA(said), sizeof wall);
        *stamp = (int64_t)wall.tv_sec * 1000000000 + wall.tv_nsec + to_monotonic();
    }
    return received;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int by_value(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

// The length of the first whole request, or 0. The clients are ours: Content-Length in any case, nothing chunked.
static size_t request_length(const char *bytes, size_t filled) {
    const char *end = memmem(bytes, filled, "\r\n\r\n", 4);
    if (end == NULL) return 0;
    size_t head = (size_t)(end - bytes) + 4, body = 0;
    for (const char *line = bytes; line < end;) {
        if (strncasecmp(line, "content-length:", 15) == 0) body = (size_t)atol(line + 15);
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        if (feed == NULL) break;
        line = feed + 1;
    }
    return filled >= head + body ? head + body : 0;
}

static void drop(int descriptor) {
    close(descriptor);
    free(connections[descriptor]);
    connections[descriptor] = NULL;
}

static void serve(int descriptor) {
    struct connection *connection = connections[descriptor];
    int64_t stamp;
    ssize_t count = receive(descriptor, connection->bytes + connection->filled, room - connection->filled, &stamp);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return drop(descriptor);
    connection->filled += (size_t)count;
    size_t used = 0, length;
    while ((length = request_length(connection->bytes + used, connection->filled - used)) > 0) {
        used += length;
        // The kernel begins to stamp a moment after it was asked to; those before it are among the skipped.
        if (taken < stamps_max) stamps[taken++] = stamp ? stamp : now_ns(CLOCK_MONOTONIC);
        if (send(descriptor, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0) return drop(descriptor);
    }
    connection->filled -= used;
    memmove(connection->bytes, connection->bytes + used, connection->filled);
    if (connection->filled == room) drop(descriptor);
}

static void take(int epoll, int listener) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
    if (descriptor < 0) return;
    if (descriptor >= connections_max) {
        close(descriptor);
        return;
    }
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0) fail("SO_TIMESTAMPNS");
    connections[descriptor] = calloc(1, sizeof(struct connection));
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    if (connections[descriptor] == NULL || epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("a connection");
}

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1024) != 0
        || getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        fail("listening");
    printf("{\"address\": \"127.0.0.1:%d\"}\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static double percentile(const int64_t *sorted, long count, long thousandths) {
    return count == 0 ? 0 : (double)sorted[(count - 1) * thousandths / 1000] / 1e3;
}

static void report(double interval, long skip) {
    long count = taken > skip ? taken - skip : 0;
    int64_t *deviations = malloc(sizeof *deviations * (size_t)(count + 1));
    if (deviations == NULL) fail("malloc");
    // Requests that waited to be read are read in the order of their connections.
    qsort(stamps, (size_t)taken, sizeof *stamps, by_value);
    for (long index = 0; index < count; index++)
        deviations[index] = stamps[skip + index] - stamps[0] - (int64_t)((double)(skip + index) * interval);
    qsort(deviations, (size_t)count, sizeof *deviations, by_value);
    int64_t offset = count > 0 ? deviations[count / 2] : 0;
    for (long index = 0; index < count; index++) deviations[index] = llabs(deviations[index] - offset);
    qsort(deviations, (size_t)count, sizeof *deviations, by_value);
    printf("{\"arrivals\": %ld, \"p50_us\": %.3f, \"p99_us\": %.3f, \"p999_us\": %.3f, \"max_us\": %.3f}\n", taken,
        percentile(deviations, count, 500), percentile(deviations, count, 990), percentile(deviations, count, 999),
        percentile(deviations, count, 1000));
}

int main(int argc, char **argv) {
    if (argc != 3 || atof(argv[1]) <= 0) {
        fprintf(stderr, "usage: arrivals-receiver RATE SKIP\n");
        return 2;
    }
    stamps = malloc(sizeof *stamps * stamps_max);
    int epoll = epoll_create1(EPOLL_CLOEXEC), listener = listen_on_loopback();
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    struct epoll_event input = {.events = EPOLLIN, .data.fd = 0};
    if (stamps == NULL || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0
        || epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input) != 0)
        fail("arrivals-receiver");
    for (int ended = 0; !ended;) {
        struct epoll_event events[64];
        int count = epoll_wait(epoll, events, 64, -1);
        for (int index = 0; index < count; index++) {
            int descriptor = events[index].data.fd;
            if (descriptor == 0) ended = 1;
            else if (descriptor == listener) take(epoll, listener);
            else serve(descriptor);
        }
    }
    report(1e9 / atof(argv[1]), atol(argv[2]));
    return 0;
}
