// SPDX-License-Identifier: Apache-2.0
#include "client/curl_wire.hpp"

#include "protocol/compression.hpp"
#include "protocol/operation_json.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

namespace kiosk::sync::client {
namespace {

using kiosk::core::ErrorCode;
using kiosk::core::fail;
using kiosk::core::Result;
using kiosk::core::Status;

constexpr std::size_t max_header_bytes = 64 * 1024;
constexpr std::size_t worth_compressing_bytes = 256;
constexpr long connect_timeout_ms = 5000;
// A download that brings less than this over such a time has stopped; an exchange is bounded as a whole.
constexpr long slow_bytes_per_s = 256, slow_for_s = 20;

// (CURL and CURLM are both void.)
struct EasyFreed {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiFreed {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListFreed {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool is_header_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

// What one exchange gathers.
struct Receiver {
    WireAnswer answer;
    const WireRequest* request = nullptr;
    const std::function<bool(std::string_view)>* take = nullptr;
    CURL* easy = nullptr;
    std::size_t header_bytes = 0;
    bool head_ended = false;
    bool head_told = false;
    bool too_large = false;
    bool stopped = false;
};

std::string lower(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* context) {
    auto& receiver = *static_cast<Receiver*>(context);
    const std::string_view line(bytes, size * count);
    receiver.header_bytes += line.size();
    if (receiver.header_bytes > max_header_bytes) {
        receiver.too_large = true;
        return 0;
    }
    if (line.starts_with("HTTP/")) { // also after a 1xx
        receiver.answer.headers.clear();
        receiver.head_ended = false;
        return line.size();
    }
    if (line == "\r\n" || line == "\n")
        receiver.head_ended = true;
    else if (const auto colon = line.find(':'); colon != std::string_view::npos)
        receiver.answer.headers[lower(trimmed(line.substr(0, colon)))] = std::string(trimmed(line.substr(colon + 1)));
    return line.size();
}

bool tell_head(Receiver& receiver) {
    if (receiver.head_told || receiver.take == nullptr)
        return true;
    receiver.head_told = true;
    long status = 0;
    curl_easy_getinfo(receiver.easy, CURLINFO_RESPONSE_CODE, &status);
    return !receiver.request->on_head || receiver.request->on_head(static_cast<int>(status), receiver.answer.headers);
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* context) {
    auto& receiver = *static_cast<Receiver*>(context);
    const std::string_view part(bytes, size * count);
    if (receiver.take != nullptr) {
        receiver.stopped = !tell_head(receiver) || !(*receiver.take)(part);
        return receiver.stopped ? 0 : part.size();
    }
    if (receiver.answer.body.size() + part.size() > protocol::max_answer_bytes) {
        receiver.too_large = true;
        return 0;
    }
    receiver.answer.body += part;
    return part.size();
}

} // namespace

struct CurlWire::Impl {
    std::string url;
    std::unique_ptr<CURLM, MultiFreed> multi;
    std::unique_ptr<CURL, EasyFreed> easy;
    std::atomic<bool> interrupted = false;
    std::atomic<std::uint64_t> bytes_moved = 0;
    std::mutex pins_mutex;
    std::vector<std::string> pins;

    Result<WireAnswer> run(const WireRequest& request, const std::function<bool(std::string_view)>* take);
    Result<CURLcode> transfer();
    std::string pin_list();
    void count_bytes();
};

void CurlWire::Impl::count_bytes() {
    curl_off_t sent = 0, received = 0;
    long request_head = 0, answer_head = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(easy.get(), CURLINFO_SIZE_DOWNLOAD_T, &received);
    curl_easy_getinfo(easy.get(), CURLINFO_REQUEST_SIZE, &request_head);
    curl_easy_getinfo(easy.get(), CURLINFO_HEADER_SIZE, &answer_head);
    // The size of the request has in it as much of the body as went out together with the head.
    bytes_moved += static_cast<std::uint64_t>(std::max<curl_off_t>(sent, request_head) + received + answer_head);
}

std::uint64_t CurlWire::bytes_moved() const { return m_impl->bytes_moved; }

std::string CurlWire::Impl::pin_list() {
    const std::lock_guard lock(pins_mutex);
    std::string list;
    for (const auto& pin : pins)
        list += (list.empty() ? "sha256//" : ";sha256//") + pin;
    return list;
}

CurlWire::CurlWire(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

CurlWire::~CurlWire() = default;

namespace {

Status check_pins(const std::string& url, const std::vector<std::string>& pins) {
    constexpr std::size_t base64_of_sha256 = 44;
    for (const auto& pin : pins)
        if (pin.size() != base64_of_sha256 || !is_printable(pin) || pin.find(';') != std::string::npos)
            return fail(ErrorCode::Invalid, "error.sync.pin", "not a pin of 44 characters");
    if (!pins.empty() && !url.starts_with("https://"))
        return fail(ErrorCode::Invalid, "error.sync.url", "a pin needs https");
    return {};
}

} // namespace

Result<std::unique_ptr<CurlWire>> CurlWire::create(std::string url, std::vector<std::string> pins) {
    static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!ready)
        return fail(ErrorCode::Internal, "error.sync.curl", "curl_global_init");
    while (url.ends_with('/'))
        url.pop_back();
    const auto host = url.starts_with("https://") ? url.substr(8) : url.starts_with("http://") ? url.substr(7) : "";
    if (host.empty() || !is_printable(url) || host.find_first_of("/?#@") != std::string::npos)
        return fail(ErrorCode::Invalid, "error.sync.url", url);
    KIOSK_CHECK(check_pins(url, pins));
    auto impl = std::make_unique<Impl>();
    impl->url = std::move(url);
    impl->pins = std::move(pins);
    impl->multi.reset(curl_multi_init());
    impl->easy.reset(curl_easy_init());
    if (!impl->multi || !impl->easy)
        return fail(ErrorCode::Internal, "error.sync.curl", "no handle");
    return std::unique_ptr<CurlWire>(new CurlWire(std::move(impl)));
}

void CurlWire::interrupt() {
    m_impl->interrupted = true;
    curl_multi_wakeup(m_impl->multi.get());
}

void CurlWire::set_pins(std::vector<std::string> pins) {
    if (!check_pins(m_impl->url, pins))
        return;
    const std::lock_guard lock(m_impl->pins_mutex);
    m_impl->pins = std::move(pins);
}

Result<WireAnswer> CurlWire::exchange(const WireRequest& request) {
    return m_impl->run(request, nullptr);
}

Result<WireAnswer> CurlWire::download(const WireRequest& request, const std::function<bool(std::string_view)>& take) {
    return m_impl->run(request, &take);
}

Result<CURLcode> CurlWire::Impl::transfer() {
    if (curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK)
        return fail(ErrorCode::Internal, "error.sync.curl", "curl_multi_add_handle");
    Result<CURLcode> result = fail(ErrorCode::Unavailable, "error.sync.interrupted", "interrupted");
    while (!interrupted) {
        int running = 0;
        if (curl_multi_perform(multi.get(), &running) != CURLM_OK) {
            result = fail(ErrorCode::Unavailable, "error.sync.curl", "curl_multi_perform");
            break;
        }
        int left = 0;
        if (const auto* message = curl_multi_info_read(multi.get(), &left);
            message != nullptr && message->msg == CURLMSG_DONE) {
            result = message->data.result;
            break;
        }
        if (curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr) != CURLM_OK) {
            result = fail(ErrorCode::Unavailable, "error.sync.curl", "curl_multi_poll");
            break;
        }
    }
    curl_multi_remove_handle(multi.get(), easy.get());
    return result;
}

Result<WireAnswer> CurlWire::Impl::run(const WireRequest& request, const std::function<bool(std::string_view)>* take) {
    interrupted = false;
    if (!request.path.starts_with('/') || !is_printable(request.path) || !is_printable(request.token))
        return fail(ErrorCode::Invalid, "error.sync.request", "path or token");

    std::unique_ptr<curl_slist, ListFreed> headers;
    bool headers_fit = true;
    const auto add = [&](const std::string& line) {
        headers_fit = headers_fit && is_header_text(line);
        auto* longer = curl_slist_append(headers.get(), line.c_str());
        if (longer == nullptr) {
            headers_fit = false;
            return;
        }
        (void)headers.release(); // the first of a list stays the first
        headers.reset(longer);
    };
    add("Expect:"); // no pause before a large body
    if (!request.token.empty())
        add("Authorization: Bearer " + request.token);
    if (take == nullptr) // a download's bytes are counted and resumed as they travel
        add("Accept-Encoding: zstd");
    for (const auto& [name, value] : request.headers)
        add(name + ": " + value);

    std::string compressed;
    const std::string* body = &request.body;
    if (!request.body.empty()) {
        add("Content-Type: application/json");
        if (request.body.size() >= worth_compressing_bytes) {
            compressed = protocol::deflate(request.body);
            body = &compressed;
            add("Content-Encoding: zstd");
        }
    }
    if (!headers_fit)
        return fail(ErrorCode::Invalid, "error.sync.request", "headers");

    Receiver receiver;
    receiver.request = &request;
    receiver.take = take;
    receiver.easy = easy.get();
    const auto target = url + request.path;
    const auto pin_text = pin_list();
    char why[CURL_ERROR_SIZE] = {};
    auto* handle = easy.get();
    curl_easy_reset(handle); // keeps its connections
    bool set = true;
    const auto option = [&](CURLoption name, auto value) {
        set = curl_easy_setopt(handle, name, value) == CURLE_OK && set;
    };
    option(CURLOPT_URL, target.c_str());
    option(CURLOPT_PATH_AS_IS, 1L);
    option(CURLOPT_PROTOCOLS_STR, "http,https");
    option(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    option(CURLOPT_NOSIGNAL, 1L);
    option(CURLOPT_TCP_NODELAY, 1L);
    option(CURLOPT_FOLLOWLOCATION, 0L);
    option(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    option(CURLOPT_USERAGENT, "xiangdao-sync/1");
    option(CURLOPT_ERRORBUFFER, &why[0]);
    option(CURLOPT_HTTPHEADER, headers.get());
    option(CURLOPT_HEADERFUNCTION, &take_header);
    option(CURLOPT_HEADERDATA, &receiver);
    option(CURLOPT_WRITEFUNCTION, &take_body);
    option(CURLOPT_WRITEDATA, &receiver);
    option(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(request.timeout_ms, 1)));
    option(CURLOPT_CONNECTTIMEOUT_MS,
           static_cast<long>(std::clamp<std::int64_t>(request.timeout_ms, 1, connect_timeout_ms)));
    option(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!pin_text.empty()) {
        option(CURLOPT_PINNEDPUBLICKEY, pin_text.c_str());
        option(CURLOPT_SSL_VERIFYPEER, 0L); // the pin is the trust: a hub makes its own certificate
        option(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (take != nullptr) {
        option(CURLOPT_LOW_SPEED_LIMIT, slow_bytes_per_s);
        option(CURLOPT_LOW_SPEED_TIME, slow_for_s);
    }
    if (request.method != "GET") {
        option(CURLOPT_POST, 1L);
        option(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
        option(CURLOPT_POSTFIELDS, body->c_str());
        if (request.method != "POST")
            option(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    if (!set)
        return fail(ErrorCode::Internal, "error.sync.curl", "an option is not supported");

    KIOSK_TRY(const auto code, transfer());
    count_bytes();
    if (receiver.too_large)
        return fail(ErrorCode::TooLarge, "error.sync.answer_too_large", "an answer over the bound");
    if (receiver.stopped)
        return fail(ErrorCode::Unavailable, "error.sync.stopped", "stopped by the receiver");
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        return fail(ErrorCode::Denied, "error.sync.wrong_pin", "the other end has another key");
    // A portal that takes every connection to itself answers a TLS greeting with a page in the clear.
    if (code == CURLE_SSL_CONNECT_ERROR && std::string_view(&why[0]).find("wrong version number") != std::string_view::npos)
        return fail(ErrorCode::Invalid, "error.sync.not_a_hub", "the other end answers without TLS");
    if (code != CURLE_OK)
        return fail(ErrorCode::Unavailable, "error.sync.unreachable",
                    fmt::format("{} ({})", why[0] != '\0' ? &why[0] : curl_easy_strerror(code), static_cast<int>(code)));
    if (!receiver.head_ended) // libcurl takes a connection that closes within the head for a whole answer
        return fail(ErrorCode::Unavailable, "error.sync.unreachable", "closed within the head");
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    receiver.answer.status = static_cast<int>(status);
    if (take != nullptr && !tell_head(receiver)) // there was no body
        return fail(ErrorCode::Unavailable, "error.sync.stopped", "stopped by the receiver");
    const auto encoding = receiver.answer.headers.find("content-encoding");
    if (take == nullptr && encoding != receiver.answer.headers.end() && lower(encoding->second) == "zstd") {
        KIOSK_TRY(receiver.answer.body, protocol::inflate(receiver.answer.body, protocol::max_answer_bytes));
    }
    return std::move(receiver.answer);
}

} // namespace kiosk::sync::client
