// The low-level digests, deprecated since OpenSSL 3.0 and still in every 3.x, because their state is a plain structure:
// EVP_MD_CTX_copy_ex allocates for every copy, and a prepared HMAC key is two copies for each message.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "COpenSSL.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

_Static_assert(sizeof(spillway_sha256) >= sizeof(SHA256_CTX), "the state of SHA-256 must fit");
_Static_assert(_Alignof(spillway_sha256) >= _Alignof(SHA256_CTX), "the state of SHA-256 must be aligned");
_Static_assert(sizeof(spillway_md5) >= sizeof(MD5_CTX), "the state of MD5 must fit");
_Static_assert(_Alignof(spillway_md5) >= _Alignof(MD5_CTX), "the state of MD5 must be aligned");

void spillway_sha256_start(spillway_sha256 *state) {
    SHA256_Init((SHA256_CTX *)state);
}

void spillway_sha256_update(spillway_sha256 *state, const void *bytes, size_t count) {
    SHA256_Update((SHA256_CTX *)state, bytes, count);
}

void spillway_sha256_finish(spillway_sha256 *state, uint8_t *digest) {
    SHA256_Final(digest, (SHA256_CTX *)state);
}

void spillway_hmac_sha256(
    const spillway_sha256 *inner, const spillway_sha256 *outer, const void *bytes, size_t count, uint8_t *digest) {
    spillway_sha256 state = *inner;
    SHA256_Update((SHA256_CTX *)&state, bytes, count);
    SHA256_Final(digest, (SHA256_CTX *)&state);
    state = *outer;
    SHA256_Update((SHA256_CTX *)&state, digest, SHA256_DIGEST_LENGTH);
    SHA256_Final(digest, (SHA256_CTX *)&state);
}

void spillway_md5_start(spillway_md5 *state) {
    MD5_Init((MD5_CTX *)state);
}

void spillway_md5_update(spillway_md5 *state, const void *bytes, size_t count) {
    MD5_Update((MD5_CTX *)state, bytes, count);
}

void spillway_md5_finish(spillway_md5 *state, uint8_t *digest) {
    MD5_Final(digest, (MD5_CTX *)state);
}
