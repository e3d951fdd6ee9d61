// SPDX-License-Identifier: Apache-2.0
#include "unit/sync_hub/server_fixture.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace kiosk::test {

namespace {

std::vector<std::string> parts_of(const std::string& target) {
    std::vector<std::string> parts;
    for (std::size_t from = 1; from <= target.size();) {
        const auto slash = std::min(target.find('/', from), target.size());
        parts.push_back(target.substr(from, slash - from));
        from = slash + 1;
    }
    return parts;
}

} // namespace

hub::Service::Prepared SmallService::prepare(const hub::ApiRequest& request) {
    const auto parts = parts_of(request.target);
    Prepared prepared;
    hub::ApiAnswer answer;
    answer.content_type = "text/plain";
    if (parts[0] == "hello") {
        answer.body = "hello " + request.method;
    } else if (parts[0] == "bytes") {
        answer.body = std::string(std::stoul(parts[1]), 'x');
    } else if (parts[0] == "file") {
        answer.file = file;
        answer.file_from = std::stoul(parts[1]);
        answer.file_bytes = std::stoul(parts[2]);
        answer.status = 206;
    } else if (parts[0] == "echo") {
        answer.body = request.body;
    } else if (parts[0] == "bad-header") {
        answer.headers["X-Good"] = "1";
        answer.headers["X-Bad"] = "a\r\nX-Forged: b";
    } else if (parts[0] == "throw") {
        throw std::runtime_error("no memory");
    } else if (parts[0] == "feed") {
        const auto after = std::stoul(parts[1]);
        if (number <= after) {
            prepared.waiting = hub::Api::Waiting{"event", after, std::stol(parts[2])};
            return prepared;
        }
        answer.body = std::to_string(number);
    } else if (parts[0] == "push") {
        auto push = std::make_shared<OnePush>();
        push->body = request.body;
        prepared.push = push;
        return prepared;
    } else {
        answer.status = 404;
    }
    prepared.answer = std::move(answer);
    return prepared;
}

hub::Status SmallService::commit(const std::vector<Push>& pushes) {
    in_commit = true;
    {
        std::unique_lock lock(m_mutex);
        m_released.wait(lock, [this] { return !m_hold; });
    }
    ++commits;
    largest_commit = std::max<std::size_t>(largest_commit, pushes.size());
    for (const auto& push : pushes)
        std::static_pointer_cast<OnePush>(push)->number = ++number;
    in_commit = false;
    return {};
}

hub::ApiAnswer SmallService::finish(const Push& push) {
    hub::ApiAnswer answer;
    const auto own = std::static_pointer_cast<OnePush>(push);
    answer.body = own->body + " " + std::to_string(own->number);
    return answer;
}

hub::ApiAnswer SmallService::answer_feed(const hub::ApiRequest&) {
    hub::ApiAnswer answer;
    answer.body = std::to_string(number);
    return answer;
}

RawClient::RawClient(std::uint16_t port, Speak speak) {
    m_socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{60, 0};
    ::setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ::setsockopt(m_socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    m_connected = ::connect(m_socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    if (!m_connected || speak == Speak::Plain)
        return;
    m_context = SSL_CTX_new(TLS_client_method());
    m_ssl = SSL_new(m_context);
    SSL_set_fd(m_ssl, m_socket);
    m_connected = SSL_connect(m_ssl) == 1;
}

RawClient::~RawClient() {
    SSL_free(m_ssl);
    SSL_CTX_free(m_context);
    ::close(m_socket);
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = m_ssl ? SSL_write(m_ssl, bytes.data(), static_cast<int>(bytes.size()))
                                : ::send(m_socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

long RawClient::read_some(char* into, std::size_t size) {
    return m_ssl ? SSL_read(m_ssl, into, static_cast<int>(size)) : ::recv(m_socket, into, size, 0);
}

RawAnswer RawClient::answer(bool head) {
    std::array<char, 16384> bytes{};
    auto more = [&] {
        const auto size = read_some(bytes.data(), bytes.size());
        if (size > 0)
            m_buffer.append(bytes.data(), static_cast<std::size_t>(size));
        return size > 0;
    };
    while (m_buffer.find("\r\n\r\n") == std::string::npos)
        if (!more())
            return {};
    const auto end = m_buffer.find("\r\n\r\n");
    RawAnswer answer;
    std::size_t length = 0;
    for (std::size_t from = m_buffer.find("\r\n") + 2; from < end;) {
        const auto line_end = m_buffer.find("\r\n", from);
        const auto colon = m_buffer.find(": ", from);
        auto name = m_buffer.substr(from, colon - from);
        std::ranges::transform(name, name.begin(), [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
        answer.headers[name] = m_buffer.substr(colon + 2, line_end - colon - 2);
        from = line_end + 2;
    }
    if (answer.headers.contains("content-length") && !head)
        length = std::stoul(answer.headers["content-length"]);
    while (m_buffer.size() < end + 4 + length)
        if (!more())
            return {};
    answer.status = std::stoi(m_buffer.substr(9, 3));
    answer.body = m_buffer.substr(end + 4, length);
    m_buffer.erase(0, end + 4 + length);
    return answer;
}

bool RawClient::at_end() {
    char byte = 0;
    if (!m_buffer.empty())
        return false;
    const auto size = read_some(&byte, 1);
    // Reset counts as closed; a timeout does not.
    return size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

std::string RawClient::pin() const {
    X509* certificate = SSL_get1_peer_certificate(m_ssl);
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(der, static_cast<std::size_t>(size), digest.data());
    OPENSSL_free(der);
    X509_free(certificate);
    std::array<unsigned char, 64> text{};
    const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return {text.begin(), text.begin() + length};
}

} // namespace kiosk::test
