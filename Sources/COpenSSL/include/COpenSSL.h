#ifndef SPILLWAY_COPENSSL_H
#define SPILLWAY_COPENSSL_H

// What Swift needs of OpenSSL 3: its own headers, and below them what Swift cannot call (macros, variadic functions,
// callbacks) or should reach in one call (read and write, with the error protocol of OpenSSL kept inside).

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- A session over a descriptor

typedef enum __attribute__((enum_extensibility(closed))) spillway_tls_outcome {
    SPILLWAY_TLS_DONE __attribute__((swift_name("done"))),
    SPILLWAY_TLS_WANTS_READ __attribute__((swift_name("wantsRead"))),
    SPILLWAY_TLS_WANTS_WRITE __attribute__((swift_name("wantsWrite"))),
    SPILLWAY_TLS_CLOSED __attribute__((swift_name("closed"))),
    SPILLWAY_TLS_TRUNCATED __attribute__((swift_name("truncated"))),
    SPILLWAY_TLS_FAILED __attribute__((swift_name("failed"))),
} spillway_tls_outcome;

/// One TLS session and what its last failure left behind.
typedef struct spillway_tls {
    SSL *ssl;
    int descriptor;
    bool end_of_file;
    /// errno of the last failed recv(2) or send(2); 0 when no system call failed.
    int system_error;
    /// The earliest entry of OpenSSL's error queue at the failure; 0 when it was empty.
    unsigned long library_error;
    /// The first X509_V_ERR_* that verification met, and the certificate it concerns (owned).
    int verify_error;
    X509 *offender;
    /// The server asked for a certificate and this client had none.
    bool certificate_was_requested;
} spillway_tls;

/// A context with the project's defaults: TLS 1.2 or newer, no renegotiation, no compression, read-ahead, partial
/// writes. NULL when OpenSSL cannot make one.
SSL_CTX *spillway_tls_context_new(bool is_server);
bool spillway_tls_context_set_versions(SSL_CTX *context, int lowest, int highest);
void spillway_tls_context_set_verification(SSL_CTX *context, bool verifies, bool requires_certificate);
void spillway_tls_context_set_tickets(SSL_CTX *context, bool is_on);
/// `key` holds 80 bytes.
bool spillway_tls_context_set_ticket_key(SSL_CTX *context, const uint8_t *key);
bool spillway_tls_context_add_chain_certificate(SSL_CTX *context, X509 *certificate);

/// Protocols in wire form (length byte, name, ...), which the selection callback reads for as long as the context lives.
typedef struct spillway_alpn_list {
    size_t count;
    uint8_t bytes[];
} spillway_alpn_list;
spillway_alpn_list *spillway_alpn_list_new(const uint8_t *bytes, size_t count);
void spillway_alpn_list_free(spillway_alpn_list *list);
void spillway_tls_context_select_protocol(SSL_CTX *context, spillway_alpn_list *list);

/// Does not take the descriptor over. NULL when memory is short.
spillway_tls *spillway_tls_new(SSL_CTX *context, int descriptor, bool is_server);
void spillway_tls_free(spillway_tls *tls);
bool spillway_tls_set_server_name(spillway_tls *tls, const char *name);

spillway_tls_outcome spillway_tls_handshake(spillway_tls *tls);
spillway_tls_outcome spillway_tls_read(spillway_tls *tls, void *bytes, size_t count, size_t *read);
spillway_tls_outcome spillway_tls_write(spillway_tls *tls, const void *bytes, size_t count, size_t *written);
/// Sends close_notify; does not wait for the peer's.
spillway_tls_outcome spillway_tls_shutdown(spillway_tls *tls);

// ---- Certificates

/// The next certificate or key of a PEM text, NULL at its end; never asks a terminal for a passphrase.
X509 *spillway_pem_next_certificate(BIO *source);
EVP_PKEY *spillway_pem_private_key(BIO *source, bool *is_encrypted);
/// True when the error queue says no more than "the text holds no (other) block of that kind"; empties the queue then.
bool spillway_pem_reached_end(void);

bool spillway_is_address(const char *text);
/// Writes the name in RFC 2253 form and a NUL; cut to fit.
void spillway_name_text(const X509_NAME *name, char *text, size_t capacity);
/// Writes the subject's alternative DNS names and addresses, one per line, and a NUL; cut to fit.
void spillway_certificate_names(const X509 *certificate, char *text, size_t capacity);
/// Seconds since 1970; false when the time is malformed.
bool spillway_time_seconds(const ASN1_TIME *time, int64_t *seconds);

EVP_PKEY *spillway_new_p256_key(void);
/// Adds an extension in the text form of openssl.cnf(5).
bool spillway_certificate_extend(X509 *certificate, X509 *issuer, int nid, const char *value);
/// The text a memory BIO has gathered; lives as long as the BIO.
size_t spillway_memory_text(BIO *memory, const uint8_t **text);

// ---- Digests: the state is a plain value, so that a prepared HMAC key is copied instead of computed again.

typedef struct spillway_sha256 {
    uint64_t words[14];
} spillway_sha256;
void spillway_sha256_start(spillway_sha256 *state);
void spillway_sha256_update(spillway_sha256 *state, const void *bytes, size_t count);
void spillway_sha256_finish(spillway_sha256 *state, uint8_t *digest);
/// HMAC-SHA-256 of one message from the states after the padded key.
void spillway_hmac_sha256(
    const spillway_sha256 *inner, const spillway_sha256 *outer, const void *bytes, size_t count, uint8_t *digest);

typedef struct spillway_md5 {
    uint64_t words[12];
} spillway_md5;
void spillway_md5_start(spillway_md5 *state);
void spillway_md5_update(spillway_md5 *state, const void *bytes, size_t count);
void spillway_md5_finish(spillway_md5 *state, uint8_t *digest);

#endif
