// SPDX-License-Identifier: Apache-2.0
#include "hub/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace kiosk::sync::hub {

namespace fs = std::filesystem;
using kiosk::core::ErrorCode;
using kiosk::core::fail;
using kiosk::core::Result;
using kiosk::core::Status;

namespace {

template <auto Free>
struct Freer {
    template <typename T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;

constexpr std::size_t max_pem_bytes = 256 * 1024;
constexpr long validity_s = 20L * 365 * 24 * 3600; // the pin is what is trusted; dates only have to satisfy browsers

Result<std::string> read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Io, "error.file_read", path.string());
    std::string text(max_pem_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad())
        return fail(ErrorCode::Io, "error.file_read", path.string());
    if (text.size() > max_pem_bytes)
        return fail(ErrorCode::TooLarge, "error.file_read", path.string());
    return text;
}

Bio memory(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

Result<Key> parse_key(std::string_view pem, const std::string& from) {
    const auto bio = memory(pem);
    // No pass phrase: nobody is there to type one when the hub starts.
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, [](char*, int, int, void*) { return -1; }, nullptr));
    if (!key)
        return fail(ErrorCode::Invalid, "error.key_unreadable", from);
    return key;
}

Result<Cert> parse_certificate(std::string_view pem, const std::string& from) {
    const auto bio = memory(pem);
    Cert certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate)
        return fail(ErrorCode::Invalid, "error.certificate_unreadable", from);
    return certificate;
}

Result<std::string> pin_of(EVP_PKEY* key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    if (size <= 0)
        return fail(ErrorCode::Internal, "error.internal", "i2d_PUBKEY");
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(der, static_cast<std::size_t>(size), digest.data());
    OPENSSL_free(der);
    std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> text{};
    const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return std::string(text.begin(), text.begin() + length);
}

Result<Key> make_key() {
    Key key(EVP_EC_gen("P-256"));
    if (!key)
        return fail(ErrorCode::Internal, "error.internal", "EVP_EC_gen");
    return key;
}

Result<std::string> pem_of(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
        return fail(ErrorCode::Internal, "error.internal", "PEM_write_bio_PrivateKey");
    return text_of(bio.get());
}

bool add_extension(X509* certificate, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    if (!extension)
        return false;
    const bool added = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

Result<std::string> self_signed(EVP_PKEY* key) {
    const Cert certificate(X509_new());
    std::array<unsigned char, 16> serial{};
    RAND_bytes(serial.data(), static_cast<int>(serial.size()));
    serial[0] = static_cast<unsigned char>((serial[0] & 0x3f) | 0x40); // positive and of full length
    const std::unique_ptr<BIGNUM, Freer<BN_free>> number(
        BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
    bool made = X509_set_version(certificate.get(), 2) == 1 &&
                BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) != nullptr &&
                // A venue machine's clock may be behind that of whoever looks: begin a year ago.
                X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -365L * 24 * 3600) != nullptr &&
                X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity_s) != nullptr &&
                X509_set_pubkey(certificate.get(), key) == 1;
    X509_NAME* name = X509_get_subject_name(certificate.get());
    made = made && X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                              reinterpret_cast<const unsigned char*>("xiangdao-hub"), -1, -1, 0) == 1;
    made = made && X509_set_issuer_name(certificate.get(), name) == 1 &&
           add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature") &&
           add_extension(certificate.get(), NID_ext_key_usage, "serverAuth") &&
           add_extension(certificate.get(), NID_subject_alt_name, "DNS:xiangdao-hub,DNS:localhost,IP:127.0.0.1") &&
           X509_sign(certificate.get(), key, EVP_sha256()) > 0;
    const Bio bio(BIO_new(BIO_s_mem()));
    if (!made || PEM_write_bio_X509(bio.get(), certificate.get()) != 1)
        return fail(ErrorCode::Internal, "error.internal", "X509");
    return text_of(bio.get());
}

Result<Certificate> check(std::string chain, std::string key_pem, const std::string& from) {
    KIOSK_TRY(const auto key, parse_key(key_pem, from));
    KIOSK_TRY(const auto certificate, parse_certificate(chain, from));
    if (X509_check_private_key(certificate.get(), key.get()) != 1)
        return fail(ErrorCode::Invalid, "error.certificate_of_another_key", from);
    KIOSK_TRY(auto pin, pin_of(key.get()));
    return Certificate{std::move(chain), std::move(key_pem), std::move(pin)};
}

Status write_file(const fs::path& path, std::string_view text, mode_t mode) {
    const auto aside = path.string() + ".new";
    ::unlink(aside.c_str());
    const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0)
        return fail(errno == ENOSPC ? ErrorCode::DiskFull : ErrorCode::Io, "error.file_write",
                    path.string() + ": " + std::strerror(errno));
    std::size_t done = 0;
    int wrong = ::fchmod(file, mode) == 0 ? 0 : errno;
    while (wrong == 0 && done < text.size()) {
        const auto written = ::write(file, text.data() + done, text.size() - done);
        if (written > 0)
            done += static_cast<std::size_t>(written);
        else if (errno != EINTR)
            wrong = errno;
    }
    if (wrong == 0 && ::fsync(file) != 0)
        wrong = errno;
    ::close(file);
    if (wrong == 0 && ::rename(aside.c_str(), path.c_str()) != 0)
        wrong = errno;
    if (wrong != 0) {
        ::unlink(aside.c_str());
        return fail(wrong == ENOSPC ? ErrorCode::DiskFull : ErrorCode::Io, "error.file_write",
                    path.string() + ": " + std::strerror(wrong));
    }
    // The name is on the disk as well before anybody relies on it.
    if (const int folder = ::open(path.parent_path().empty() ? "." : path.parent_path().c_str(), O_RDONLY | O_CLOEXEC);
        folder >= 0) {
        ::fsync(folder);
        ::close(folder);
    }
    return {};
}

} // namespace

Status write_private_file(const fs::path& path, std::string_view text) { return write_file(path, text, 0600); }

Result<Certificate> load_certificate(const fs::path& chain, const fs::path& key) {
    KIOSK_TRY(auto chain_pem, read_file(chain));
    KIOSK_TRY(auto key_pem, read_file(key));
    return check(std::move(chain_pem), std::move(key_pem), chain.string());
}

Result<Certificate> load_or_make_certificate(const fs::path& folder) {
    const auto key_file = folder / "hub.key";
    const auto chain_file = folder / "hub.crt";
    auto key_pem = read_file(key_file);
    if (!key_pem) {
        // Only where there is none: a key that can't be read now is not replaced, every kiosk knows its pin.
        if (key_pem.error().code != ErrorCode::NotFound)
            return std::unexpected(key_pem.error());
        KIOSK_TRY(const auto key, make_key());
        KIOSK_TRY(auto made, pem_of(key.get()));
        KIOSK_CHECK(write_private_file(key_file, made));
        key_pem = std::move(made);
    }
    KIOSK_TRY(const auto key, parse_key(*key_pem, key_file.string()));
    if (auto chain = read_file(chain_file)) {
        auto whole = check(*chain, *key_pem, chain_file.string());
        if (whole)
            return whole;
    }
    KIOSK_TRY(auto chain, self_signed(key.get()));
    KIOSK_CHECK(write_file(chain_file, chain, 0644));
    return check(std::move(chain), std::move(*key_pem), chain_file.string());
}

Result<std::string> next_pin(const fs::path& folder) {
    const auto file = folder / "next.key";
    auto pem = read_file(file);
    if (!pem) {
        if (pem.error().code == ErrorCode::NotFound)
            return std::string();
        return std::unexpected(pem.error());
    }
    KIOSK_TRY(const auto key, parse_key(*pem, file.string()));
    return pin_of(key.get());
}

Result<std::string> plan_next_key(const fs::path& folder) {
    KIOSK_TRY(auto planned, next_pin(folder));
    if (!planned.empty())
        return planned;
    KIOSK_TRY(const auto key, make_key());
    KIOSK_TRY(const auto pem, pem_of(key.get()));
    KIOSK_CHECK(write_private_file(folder / "next.key", pem));
    return pin_of(key.get());
}

Status switch_to_next_key(const fs::path& folder) {
    KIOSK_TRY(const auto pin, next_pin(folder));
    if (pin.empty())
        return fail(ErrorCode::NotFound, "error.no_next_key", (folder / "next.key").string());
    KIOSK_TRY(const auto old, read_file(folder / "hub.key"));
    KIOSK_CHECK(write_private_file(folder / "hub.key.old", old));
    if (::rename((folder / "next.key").c_str(), (folder / "hub.key").c_str()) != 0)
        return fail(ErrorCode::Io, "error.file_write", (folder / "hub.key").string());
    return {}; // the certificate no longer fits and is made anew at the next start
}

} // namespace kiosk::sync::hub
