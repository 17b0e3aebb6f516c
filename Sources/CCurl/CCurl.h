// libcurl's options take their value after an ellipsis, which Swift cannot call: here is one function for each type.

#ifndef SPILLWAY_CCURL_H
#define SPILLWAY_CCURL_H

#include <curl/curl.h>
#include <stddef.h>

static inline CURLcode spillway_curl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode spillway_curl_set_size(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode spillway_curl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode spillway_curl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl copies the bytes.
static inline CURLcode spillway_curl_set_bytes(CURL *easy, CURLoption option, const void *bytes, size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl_easy_setopt(easy, option, &blob);
}

/// libcurl does not copy the list: it must stand until the transfer has ended.
static inline CURLcode spillway_curl_set_list(CURL *easy, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(easy, option, list);
}

static inline CURLcode spillway_curl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode spillway_curl_get_socket(CURL *easy, CURLINFO info, curl_socket_t *value) {
    return curl_easy_getinfo(easy, info, value);
}

// MARK: Callbacks

typedef size_t (*spillway_curl_bytes_function)(char *bytes, size_t size, size_t count, void *user);
typedef curl_socket_t (*spillway_curl_open_function)(void *user, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*spillway_curl_close_function)(void *user, curl_socket_t descriptor);
typedef int (*spillway_curl_before_function)(void *user, char *peer, char *local, int peer_port, int local_port);

/// Those of a transfer, all with the same user.
static inline void spillway_curl_set_callbacks(
    CURL *easy, void *user, spillway_curl_bytes_function head, spillway_curl_bytes_function body,
    spillway_curl_open_function open, spillway_curl_before_function before) {
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, user);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, user);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, user);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, user);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, user);
}

/// The connection keeps this one beyond the transfer, so its user must outlive the multi handle.
static inline void spillway_curl_set_close(CURL *easy, void *user, spillway_curl_close_function close) {
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, user);
}

static inline void *spillway_curl_user(CURL *easy) {
    void *user = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &user);
    return user;
}

static inline void spillway_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    curl_multi_setopt(multi, option, value);
}

static inline void spillway_curl_multi_set_callbacks(
    CURLM *multi, void *user, curl_socket_callback socket, curl_multi_timer_callback timer) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, user);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, user);
}

/// The next transfer that has ended, with its result; NULL when there is none.
static inline CURL *spillway_curl_next_done(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}

#endif
