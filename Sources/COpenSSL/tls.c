#include "descriptor_bio.h"

#include <stdlib.h>
#include <string.h>

// ---- Contexts

/// Called when the server asks for a certificate and none is configured: go on without one.
static int note_request(SSL *ssl, X509 **certificate, EVP_PKEY **key) {
    (void)certificate;
    (void)key;
    spillway_tls *tls = SSL_get_app_data(ssl);
    if (tls != NULL) tls->certificate_was_requested = true;
    return 0;
}

/// Without a callback that accepts it, the server's answer does not acknowledge the name.
static int accept_name(SSL *ssl, int *alert, void *argument) {
    (void)ssl;
    (void)alert;
    (void)argument;
    return SSL_TLSEXT_ERR_OK;
}

SSL_CTX *spillway_tls_context_new(bool is_server) {
    SSL_CTX *context = SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method());
    if (context == NULL) return NULL;
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // Auto-retry stays on: with it, "wants read" always means that the kernel had no more bytes. Without it, the
    // answer could also mean "a ticket came", and an edge-triggered wait for the data behind it would never end.
    //
    // Not SSL_MODE_RELEASE_BUFFERS: it takes and frees 16 KiB for every record (3 % of an exchange of 200 bytes);
    // SSL_free_buffers does the same where a connection really goes idle.
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(context, 1);
    // Servers resume by stateless tickets, clients keep their sessions themselves.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (is_server) {
        SSL_CTX_set_tlsext_servername_callback(context, accept_name);
    } else {
        SSL_CTX_set_client_cert_cb(context, note_request);
    }
    static const unsigned char session_context[] = "spillway";
    SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1);
    return context;
}

bool spillway_tls_context_set_versions(SSL_CTX *context, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(context, lowest) == 1 && SSL_CTX_set_max_proto_version(context, highest) == 1;
}

static int note_verification(int is_ok, X509_STORE_CTX *store) {
    if (is_ok) return 1;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    spillway_tls *tls = ssl == NULL ? NULL : SSL_get_app_data(ssl);
    if (tls != NULL && tls->verify_error == X509_V_OK) {
        tls->verify_error = X509_STORE_CTX_get_error(store);
        tls->offender = X509_STORE_CTX_get_current_cert(store);
        if (tls->offender != NULL) X509_up_ref(tls->offender);
    }
    return 0;
}

void spillway_tls_context_set_verification(SSL_CTX *context, bool verifies, bool requires_certificate) {
    int mode = verifies ? SSL_VERIFY_PEER : SSL_VERIFY_NONE;
    if (requires_certificate) mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    SSL_CTX_set_verify(context, mode, verifies ? note_verification : NULL);
}

void spillway_tls_context_set_tickets(SSL_CTX *context, bool is_on) {
    // One ticket, not OpenSSL's two: our clients use a ticket more than once, and each costs a record per handshake.
    SSL_CTX_set_num_tickets(context, is_on ? 1 : 0);
    if (is_on) {
        SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
    } else {
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    }
}

bool spillway_tls_context_set_ticket_key(SSL_CTX *context, const uint8_t *key) {
    return SSL_CTX_set_tlsext_ticket_keys(context, (void *)key, 80) == 1;
}

bool spillway_tls_context_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}

// ---- Application protocols

spillway_alpn_list *spillway_alpn_list_new(const uint8_t *bytes, size_t count) {
    spillway_alpn_list *list = malloc(sizeof(spillway_alpn_list) + count);
    if (list == NULL) return NULL;
    list->count = count;
    memcpy(list->bytes, bytes, count);
    return list;
}

void spillway_alpn_list_free(spillway_alpn_list *list) {
    free(list);
}

static int select_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *chosen_count, const unsigned char *offered,
    unsigned int offered_count, void *argument) {
    (void)ssl;
    const spillway_alpn_list *list = argument;
    unsigned char *found;
    if (SSL_select_next_proto(
            &found, chosen_count, list->bytes, (unsigned int)list->count, offered, offered_count)
        != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

void spillway_tls_context_select_protocol(SSL_CTX *context, spillway_alpn_list *list) {
    SSL_CTX_set_alpn_select_cb(context, select_protocol, list);
}

// ---- Sessions

spillway_tls *spillway_tls_new(SSL_CTX *context, int descriptor, bool is_server) {
    spillway_tls *tls = calloc(1, sizeof *tls);
    if (tls == NULL) return NULL;
    tls->descriptor = descriptor;
    tls->verify_error = X509_V_OK;
    tls->ssl = SSL_new(context);
    BIO *bio = tls->ssl == NULL ? NULL : spillway_descriptor_bio(tls);
    if (bio == NULL) {
        spillway_tls_free(tls);
        return NULL;
    }
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_app_data(tls->ssl, tls);
    if (is_server) {
        SSL_set_accept_state(tls->ssl);
    } else {
        SSL_set_connect_state(tls->ssl);
    }
    return tls;
}

void spillway_tls_free(spillway_tls *tls) {
    if (tls == NULL) return;
    SSL_free(tls->ssl);
    X509_free(tls->offender);
    free(tls);
}

bool spillway_tls_set_server_name(spillway_tls *tls, const char *name) {
    return SSL_set_tlsext_host_name(tls->ssl, name) == 1;
}

/// Says what a call that did not succeed means, and leaves the error queue empty.
static spillway_tls_outcome conclude(spillway_tls *tls, int returned) {
    switch (SSL_get_error(tls->ssl, returned)) {
    case SSL_ERROR_NONE:
        return SPILLWAY_TLS_DONE;
    case SSL_ERROR_WANT_READ:
        return SPILLWAY_TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return SPILLWAY_TLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return SPILLWAY_TLS_CLOSED;
    default:
        break;
    }
    tls->library_error = ERR_peek_error();
    ERR_clear_error();
    bool is_truncated = ERR_GET_LIB(tls->library_error) == ERR_LIB_SSL
        && ERR_GET_REASON(tls->library_error) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    return is_truncated ? SPILLWAY_TLS_TRUNCATED : SPILLWAY_TLS_FAILED;
}

// SSL_get_error looks at the thread's error queue, so each call starts with an empty one. Mostly it is: asking first
// costs 10 ns, where ERR_clear_error goes through all 16 slots for 115.
static void empty_error_queue(void) {
    if (ERR_peek_error() != 0) ERR_clear_error();
}

/// A connection that refuses a write may still hold the reason: a TLS 1.3 server refuses the client's certificate, by an
/// alert, after the client's own handshake is done.
static void look_for_alert(spillway_tls *tls) {
    char byte;
    size_t count;
    if (SSL_peek_ex(tls->ssl, &byte, 1, &count) == 1) return;
    unsigned long error = ERR_peek_error();
    ERR_clear_error();
    if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) > SSL_AD_REASON_OFFSET) tls->library_error = error;
}

spillway_tls_outcome spillway_tls_handshake(spillway_tls *tls) {
    empty_error_queue();
    int returned = SSL_do_handshake(tls->ssl);
    return returned == 1 ? SPILLWAY_TLS_DONE : conclude(tls, returned);
}

spillway_tls_outcome spillway_tls_read(spillway_tls *tls, void *bytes, size_t count, size_t *read) {
    empty_error_queue();
    int returned = SSL_read_ex(tls->ssl, bytes, count, read);
    return returned == 1 ? SPILLWAY_TLS_DONE : conclude(tls, returned);
}

spillway_tls_outcome spillway_tls_write(spillway_tls *tls, const void *bytes, size_t count, size_t *written) {
    empty_error_queue();
    int returned = SSL_write_ex(tls->ssl, bytes, count, written);
    if (returned == 1) return SPILLWAY_TLS_DONE;
    spillway_tls_outcome outcome = conclude(tls, returned);
    if (outcome == SPILLWAY_TLS_FAILED && tls->library_error == 0) look_for_alert(tls);
    return outcome;
}

spillway_tls_outcome spillway_tls_shutdown(spillway_tls *tls) {
    empty_error_queue();
    int returned = SSL_shutdown(tls->ssl);
    return returned >= 0 ? SPILLWAY_TLS_DONE : conclude(tls, returned);
}
