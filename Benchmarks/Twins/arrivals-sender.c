// What an open-loop driver does, in C: requests at the instants of an even grid, whatever the answers do.
//
//     arrivals-sender PORT RATE SECONDS CONNECTIONS
//
// One turn is: send what is due, then sleep in epoll_pwait2 until the next or until answers come. A request takes the
// connection that was free last; one that finds none is dropped and counted.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static const char request[] =
    "POST /v1/payments HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 66\r\n\r\n"
    "{\"id\":\"01JD0000000000000000000000\",\"amount\":4900,\"currency\":\"EUR\"}";

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int open_connection(int port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        perror("connecting");
        exit(1);
    }
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: arrivals-sender PORT RATE SECONDS CONNECTIONS\n");
        return 2;
    }
    const double interval = 1e9 / atof(argv[2]);
    const long arrivals = (long)(atof(argv[3]) * atof(argv[2])), connections = atol(argv[4]);
    int *idle = malloc(sizeof *idle * (size_t)connections), epoll = epoll_create1(EPOLL_CLOEXEC);
    if (idle == NULL || epoll < 0) {
        perror("arrivals-sender");
        return 1;
    }
    long free_count = 0, begun = 0, dropped = 0, answered = 0;
    for (; free_count < connections; free_count++) {
        idle[free_count] = open_connection(atoi(argv[1]));
        struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = idle[free_count]};
        epoll_ctl(epoll, EPOLL_CTL_ADD, idle[free_count], &event);
    }
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    const int64_t begin = now_ns() + 100000000;
    const int64_t patience = begin + (int64_t)((double)arrivals * interval) + 2000000000;
    while ((begun < arrivals || answered + dropped < begun) && now_ns() < patience) {
        int64_t due = begin + (int64_t)((double)begun * interval), now;
        while (begun < arrivals && due <= (now = now_ns())) {
            if (free_count == 0) dropped++;
            else if (send(idle[--free_count], request, sizeof request - 1, MSG_NOSIGNAL) < 0) return 1;
            due = begin + (int64_t)((double)++begun * interval);
        }
        int64_t sleep = begun < arrivals ? due - now_ns() : 100000000;
        if (sleep < 0) sleep = 0;
        struct timespec timeout = {.tv_sec = sleep / 1000000000, .tv_nsec = sleep % 1000000000};
        struct epoll_event events[64];
        int count = epoll_pwait2(epoll, events, 64, &timeout, NULL);
        for (int index = 0; index < count; index++) {
            char bytes[4096];
            if (recv(events[index].data.fd, bytes, sizeof bytes, 0) <= 0) return 1;
            idle[free_count++] = events[index].data.fd;
            answered++;
        }
    }
    printf("{\"arrivals\": %ld, \"answered\": %ld, \"dropped\": %ld}\n", begun, answered, dropped);
    return 0;
}
