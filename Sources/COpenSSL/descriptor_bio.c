// OpenSSL's own socket BIO writes with write(2), so a peer that has gone would kill the process by SIGPIPE. This one
// sends with MSG_NOSIGNAL, and keeps the errno of a failure where nothing can overwrite it.

#include "descriptor_bio.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>

static int write_bytes(BIO *bio, const char *bytes, size_t count, size_t *written) {
    spillway_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t sent;
    do {
        sent = send(tls->descriptor, bytes, count, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) {
        *written = (size_t)sent;
        return 1;
    }
    *written = 0;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        BIO_set_retry_write(bio);
    } else {
        tls->system_error = errno;
    }
    return 0;
}

static int read_bytes(BIO *bio, char *bytes, size_t count, size_t *received) {
    spillway_tls *tls = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t got;
    do {
        got = recv(tls->descriptor, bytes, count, 0);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        *received = (size_t)got;
        return 1;
    }
    *received = 0;
    if (got == 0) {
        tls->end_of_file = true;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        BIO_set_retry_read(bio);
    } else {
        tls->system_error = errno;
    }
    return 0;
}

static long control(BIO *bio, int command, long number, void *pointer) {
    (void)number;
    (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return ((spillway_tls *)BIO_get_data(bio))->end_of_file;
    default:
        return 0;
    }
}

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static void make_method(void) {
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "spillway descriptor");
    if (method == NULL) return;
    BIO_meth_set_write_ex(method, write_bytes);
    BIO_meth_set_read_ex(method, read_bytes);
    BIO_meth_set_ctrl(method, control);
}

BIO *spillway_descriptor_bio(spillway_tls *tls) {
    pthread_once(&method_once, make_method);
    if (method == NULL) return NULL;
    BIO *bio = BIO_new(method);
    if (bio == NULL) return NULL;
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    return bio;
}
