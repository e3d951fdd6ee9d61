// SPDX-License-Identifier: Apache-2.0
#include "hub/channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <string_view>
#include <sys/socket.h>

namespace kiosk::sync::hub {

using kiosk::core::ErrorCode;
using kiosk::core::fail;

namespace {

std::string openssl_words() {
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    return text.data();
}

// A client that offers protocols gets the only one spoken here; without an answer some of them guess.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
    static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* found = nullptr;
    if (SSL_select_next_proto(&found, chosen_size, ours, sizeof(ours), offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

} // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

kiosk::core::Result<TlsContext> TlsContext::create(const Certificate& certificate) {
    TlsContext context;
    context.m_context.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* raw = context.get();
    if (!raw || SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) != 1)
        return fail(ErrorCode::Internal, "error.internal", openssl_words());
    // Forward secrecy and authenticated ciphers only, also in 1.2.
    if (SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        return fail(ErrorCode::Internal, "error.internal", openssl_words());
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET |
                                 SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Kiosks stay connected: sessions to be taken up again would only be kept for nobody.
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(raw, 0);
    SSL_CTX_set_read_ahead(raw, 1); // a record in one system call instead of two
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);

    const std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })> chain(
        BIO_new_mem_buf(certificate.chain_pem.data(), static_cast<int>(certificate.chain_pem.size())));
    const std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })> key_text(
        BIO_new_mem_buf(certificate.key_pem.data(), static_cast<int>(certificate.key_pem.size())));
    const std::unique_ptr<X509, decltype([](X509* one) { X509_free(one); })> own(
        PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    if (!own || SSL_CTX_use_certificate(raw, own.get()) != 1)
        return fail(ErrorCode::Invalid, "error.certificate_unreadable", openssl_words());
    while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr))
        if (SSL_CTX_add0_chain_cert(raw, next) != 1) {
            X509_free(next);
            return fail(ErrorCode::Invalid, "error.certificate_unreadable", openssl_words());
        }
    ERR_clear_error(); // the end of the file is an error to the loop above
    const std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* one) { EVP_PKEY_free(one); })> key(
        PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
    if (!key || SSL_CTX_use_PrivateKey(raw, key.get()) != 1 || SSL_CTX_check_private_key(raw) != 1)
        return fail(ErrorCode::Invalid, "error.key_unreadable", openssl_words());
    return context;
}

void Channel::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Channel::Channel(int descriptor, ssl_ctx_st* context) : m_descriptor(descriptor) {
    if (!context)
        return;
    m_ssl.reset(SSL_new(context));
    m_failed = !m_ssl || SSL_set_fd(m_ssl.get(), descriptor) != 1;
    if (!m_failed)
        SSL_set_accept_state(m_ssl.get());
}

IoResult Channel::result_of(int code) {
    switch (SSL_get_error(m_ssl.get(), code)) {
    case SSL_ERROR_WANT_READ:
        return {Io::WantRead};
    case SSL_ERROR_WANT_WRITE:
        return {Io::WantWrite};
    case SSL_ERROR_ZERO_RETURN:
        return {Io::End};
    default:
        m_failed = true; // after this OpenSSL must not be asked to say goodbye either
        ERR_clear_error();
        return {Io::Failed};
    }
}

IoResult Channel::handshake() {
    if (m_failed)
        return {Io::Failed};
    if (!m_ssl)
        return {Io::Done};
    ERR_clear_error();
    const int code = SSL_do_handshake(m_ssl.get());
    return code == 1 ? IoResult{Io::Done} : result_of(code);
}

IoResult Channel::read(std::span<char> into) {
    if (m_failed)
        return {Io::Failed};
    if (m_ssl) {
        ERR_clear_error();
        const int size = SSL_read(m_ssl.get(), into.data(), static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX)));
        return size > 0 ? IoResult{Io::Done, static_cast<std::size_t>(size)} : result_of(size);
    }
    const auto size = ::recv(m_descriptor, into.data(), into.size(), 0);
    if (size > 0)
        return {Io::Done, static_cast<std::size_t>(size)};
    if (size == 0)
        return {Io::End};
    return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::WantRead : Io::Failed};
}

IoResult Channel::write(std::span<const char> bytes) {
    if (m_failed)
        return {Io::Failed};
    if (m_ssl) {
        ERR_clear_error();
        const int size = SSL_write(m_ssl.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX)));
        return size > 0 ? IoResult{Io::Done, static_cast<std::size_t>(size)} : result_of(size);
    }
    const auto size = ::send(m_descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size >= 0)
        return {Io::Done, static_cast<std::size_t>(size)};
    return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::WantWrite : Io::Failed};
}

bool Channel::has_pending() const { return m_ssl && SSL_has_pending(m_ssl.get()) == 1; }

Io Channel::peek() {
    if (m_failed)
        return Io::Failed;
    char byte = 0;
    if (m_ssl) {
        ERR_clear_error();
        const int size = SSL_peek(m_ssl.get(), &byte, 1);
        return size > 0 ? Io::Done : result_of(size).io;
    }
    const auto size = ::recv(m_descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size > 0)
        return Io::Done;
    if (size == 0)
        return Io::End;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::WantRead : Io::Failed;
}

void Channel::finish() {
    if (m_ssl && !m_failed && SSL_is_init_finished(m_ssl.get())) {
        ERR_clear_error();
        SSL_shutdown(m_ssl.get());
        ERR_clear_error();
    }
    ::shutdown(m_descriptor, SHUT_WR);
}

IoResult Channel::discard(std::span<char> scratch) {
    const auto size = ::recv(m_descriptor, scratch.data(), scratch.size(), 0);
    if (size > 0)
        return {Io::Done, static_cast<std::size_t>(size)};
    if (size == 0)
        return {Io::End};
    return {errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Io::WantRead : Io::Failed};
}

} // namespace kiosk::sync::hub
