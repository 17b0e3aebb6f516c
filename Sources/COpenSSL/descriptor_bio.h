#ifndef SPILLWAY_DESCRIPTOR_BIO_H
#define SPILLWAY_DESCRIPTOR_BIO_H
#include "COpenSSL.h"

/// A BIO over the descriptor of `tls`, which must outlive it.
BIO *spillway_descriptor_bio(spillway_tls *tls);

#endif
