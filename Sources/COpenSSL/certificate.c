#include "COpenSSL.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int refuse_passphrase(char *text, int capacity, int is_writing, void *is_encrypted) {
    (void)text;
    (void)capacity;
    (void)is_writing;
    if (is_encrypted != NULL) *(bool *)is_encrypted = true;
    return -1;
}

X509 *spillway_pem_next_certificate(BIO *source) {
    return PEM_read_bio_X509(source, NULL, refuse_passphrase, NULL);
}

EVP_PKEY *spillway_pem_private_key(BIO *source, bool *is_encrypted) {
    return PEM_read_bio_PrivateKey(source, NULL, refuse_passphrase, is_encrypted);
}

bool spillway_pem_reached_end(void) {
    unsigned long error = ERR_peek_last_error();
    bool has_no_block = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
    // Keys go through the decoders, which say only that no block was one of theirs.
    bool has_no_key = ERR_GET_LIB(error) == ERR_LIB_OSSL_DECODER && ERR_GET_REASON(error) == ERR_R_UNSUPPORTED;
    if (!has_no_block && !has_no_key) return false;
    ERR_clear_error();
    return true;
}

bool spillway_is_address(const char *text) {
    unsigned char address[16];
    return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

void spillway_name_text(const X509_NAME *name, char *text, size_t capacity) {
    text[0] = 0;
    BIO *memory = BIO_new(BIO_s_mem());
    if (memory == NULL) return;
    if (X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253) >= 0) {
        const uint8_t *bytes;
        size_t count = spillway_memory_text(memory, &bytes);
        if (count > capacity - 1) count = capacity - 1;
        memcpy(text, bytes, count);
        text[count] = 0;
    }
    BIO_free(memory);
}

static size_t append_line(char *text, size_t capacity, size_t used, const char *line, size_t count) {
    if (used + count + 2 > capacity) return used;
    for (size_t index = 0; index < count; index++) {
        // What the peer wrote ends in our messages: only printable ASCII, so that no name can fake a line of ours.
        char byte = line[index];
        text[used++] = byte > ' ' && byte < 127 ? byte : '?';
    }
    text[used++] = '\n';
    text[used] = 0;
    return used;
}

void spillway_certificate_names(const X509 *certificate, char *text, size_t capacity) {
    text[0] = 0;
    size_t used = 0;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int index = 0; index < sk_GENERAL_NAME_num(names); index++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
        if (name->type == GEN_DNS) {
            const ASN1_IA5STRING *dns = name->d.dNSName;
            used = append_line(
                text, capacity, used, (const char *)ASN1_STRING_get0_data(dns), (size_t)ASN1_STRING_length(dns));
        } else if (name->type == GEN_IPADD) {
            const ASN1_OCTET_STRING *address = name->d.iPAddress;
            int family = ASN1_STRING_length(address) == 4 ? AF_INET : AF_INET6;
            char line[INET6_ADDRSTRLEN];
            if (family == AF_INET6 && ASN1_STRING_length(address) != 16) continue;
            if (inet_ntop(family, ASN1_STRING_get0_data(address), line, sizeof line) == NULL) continue;
            used = append_line(text, capacity, used, line, strlen(line));
        }
    }
    GENERAL_NAMES_free(names);
}

bool spillway_time_seconds(const ASN1_TIME *time, int64_t *seconds) {
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1) return false;
    *seconds = (int64_t)timegm(&parts);
    return true;
}

EVP_PKEY *spillway_new_p256_key(void) {
    return EVP_EC_gen("P-256");
}

bool spillway_certificate_extend(X509 *certificate, X509 *issuer, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (extension == NULL) return false;
    bool is_added = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return is_added;
}

size_t spillway_memory_text(BIO *memory, const uint8_t **text) {
    char *bytes = NULL;
    long count = BIO_get_mem_data(memory, &bytes);
    *text = (const uint8_t *)bytes;
    return count > 0 ? (size_t)count : 0;
}
