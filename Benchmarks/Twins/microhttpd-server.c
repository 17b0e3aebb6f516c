// The answer of RuntimeBench's `serve`, given by libmicrohttpd with epoll on one thread.
//
//     microhttpd-server PORT        serves 127.0.0.1:PORT until it is ended
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char body[] = "hello, world\n";
static struct MHD_Response *response;

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *upload, size_t *upload_size, void **request) {
    (void)context, (void)url, (void)method, (void)version, (void)upload, (void)upload_size;
    // The first call only announces the head.
    if (*request == NULL) {
        *request = (void *)1;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, response);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: microhttpd-server PORT\n");
        return 2;
    }
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(argv[1])),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    response = MHD_create_response_from_buffer(strlen(body), (void *)body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "server", "microhttpd");
    MHD_add_response_header(response, "content-type", "text/plain");
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, &answer, NULL,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_CONNECTION_LIMIT, 1000u, MHD_OPTION_END);
    if (daemon == NULL) {
        fprintf(stderr, "microhttpd-server: cannot serve port %s\n", argv[1]);
        return 1;
    }
    for (;;) pause();
}
