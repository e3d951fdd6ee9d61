// SPDX-License-Identifier: Apache-2.0
#include "printing/cups_printer.hpp"

#include <cups/cups.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

namespace kiosk::printing {
namespace {

using std::chrono::steady_clock;

struct CloseConnection {
    void operator()(http_t* http) const { httpClose(http); }
};
using Connection = std::unique_ptr<http_t, CloseConnection>;

struct DeleteAnswer {
    void operator()(ipp_t* answer) const { ippDelete(answer); }
};
using Answer = std::unique_ptr<ipp_t, DeleteAnswer>;

// How long one exchange may still take; the library asks at each of its short time-outs.
struct Patience {
    steady_clock::time_point until;
    const std::atomic<bool>& interrupted;
    bool over() const { return interrupted || steady_clock::now() >= until; }
};

int go_on_waiting(http_t*, void* data) { return static_cast<const Patience*>(data)->over() ? 0 : 1; }

// Nobody sits at this machine's terminal to type one.
const char* no_password(const char*, http_t*, const char*, const char*, void*) { return nullptr; }

// One short line of what others wrote.
std::string one_line(std::string text) {
    constexpr std::size_t longest = 160;
    for (auto& letter : text)
        if (static_cast<unsigned char>(letter) < 0x20)
            letter = ' ';
    if (text.size() > longest) {
        auto end = longest;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
            --end; // not within a letter
        text.resize(end);
    }
    return text;
}

std::string text_of(ipp_t* answer, const char* name) {
    auto* attribute = ippFindAttribute(answer, name, IPP_TAG_ZERO);
    const char* text = attribute == nullptr ? nullptr : ippGetString(attribute, 0, nullptr);
    return text == nullptr ? std::string() : one_line(text);
}

int number_of(ipp_t* answer, const char* name, int otherwise) {
    auto* attribute = ippFindAttribute(answer, name, IPP_TAG_ZERO);
    return attribute == nullptr || ippGetCount(attribute) < 1 ? otherwise : ippGetInteger(attribute, 0);
}

Connection connect(Patience& patience) {
    cupsSetPasswordCB2(no_password, nullptr); // the library keeps it for each thread
    int cancel = 0;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(patience.until - steady_clock::now()).count();
    Connection http(httpConnect2(cupsServer(), ippPort(), nullptr, AF_UNSPEC, cupsEncryption(), 1,
                                 static_cast<int>(std::clamp<std::int64_t>(left, 1, 3'000)), &cancel));
    if (http)
        httpSetTimeout(http.get(), 0.5, go_on_waiting, &patience);
    return http;
}

// A request about this printer, with what all of them begin with.
ipp_t* request_for(ipp_op_t operation, const std::string& printer) {
    auto* request = ippNewRequest(operation);
    std::array<char, 1024> uri{};
    httpAssembleURIf(HTTP_URI_CODING_ALL, uri.data(), static_cast<int>(uri.size()), "ipp", nullptr, "localhost", 0, "/printers/%s",
                     printer.c_str());
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr, uri.data());
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", nullptr, cupsUser());
    return request;
}

Refusal refusal_of(ipp_status_t status, const Patience& patience) {
    Refusal refusal;
    if (const char* words = cupsLastErrorString())
        refusal.detail = one_line(words);
    switch (status) {
    case IPP_STATUS_ERROR_NOT_FOUND: refusal.trouble = Trouble::UnknownPrinter; break;
    case IPP_STATUS_ERROR_NOT_ACCEPTING_JOBS: refusal.trouble = Trouble::Rejecting; break;
    case IPP_STATUS_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED: refusal.trouble = Trouble::WrongFormat; break;
    case IPP_STATUS_ERROR_SERVICE_UNAVAILABLE: refusal.trouble = Trouble::NoService; break;
    case IPP_STATUS_ERROR_INTERNAL: // the library's word for a connection that broke
    case IPP_STATUS_ERROR_TIMEOUT: refusal.trouble = patience.over() ? Trouble::NoAnswer : Trouble::NoService; break;
    default: refusal.trouble = Trouble::Refused; break;
    }
    return refusal;
}

struct Exchange {
    Answer answer;
    std::expected<void, Refusal> status;
};

// One request and its answer. The request is used up.
Exchange ask(Patience& patience, ipp_t* request, const std::string& resource, const std::filesystem::path& file = {}) {
    const auto http = connect(patience);
    if (!http) {
        ippDelete(request);
        return {nullptr, std::unexpected(Refusal{patience.over() ? Trouble::NoAnswer : Trouble::NoService, {}})};
    }
    Answer answer(file.empty() ? cupsDoRequest(http.get(), request, resource.c_str())
                               : cupsDoFileRequest(http.get(), request, resource.c_str(), file.c_str()));
    const auto status = answer ? ippGetStatusCode(answer.get()) : cupsLastError();
    if (!answer || status >= IPP_STATUS_REDIRECTION_OTHER_SITE) {
        // An answer that never came can't be told from a time-out by its number alone.
        auto refusal = answer || status == IPP_STATUS_ERROR_NOT_FOUND ? refusal_of(status, patience)
                       : patience.over()                            ? Refusal{Trouble::NoAnswer, {}}
                                                                    : refusal_of(IPP_STATUS_ERROR_INTERNAL, patience);
        return {nullptr, std::unexpected(std::move(refusal))};
    }
    return {std::move(answer), {}};
}

Patience patience_of(std::int64_t patience_ms, const std::atomic<bool>& interrupted) {
    return {steady_clock::now() + std::chrono::milliseconds(patience_ms), interrupted};
}

// What could be written behind --printer instead.
std::string printers_there(Patience& patience) {
    auto* request = ippNewRequest(IPP_OP_CUPS_GET_PRINTERS);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", nullptr, "printer-name");
    ippAddInteger(request, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "limit", 10);
    const auto exchange = ask(patience, request, "/");
    std::string names;
    if (exchange.answer)
        for (auto* name = ippFindAttribute(exchange.answer.get(), "printer-name", IPP_TAG_NAME); name != nullptr;
             name = ippFindNextAttribute(exchange.answer.get(), "printer-name", IPP_TAG_NAME))
            if (const char* text = ippGetString(name, 0, nullptr))
                names += (names.empty() ? "" : ", ") + std::string(text);
    return one_line(names);
}

} // namespace

Trouble trouble_of_reason(std::string_view reason, bool stopped) {
    for (const auto* mild : {"-warning", "-report"})
        if (reason.ends_with(mild)) {
            if (!stopped)
                return Trouble::None; // one of two trays is empty, for example
            reason.remove_suffix(std::string_view(mild).size());
        }
    if (reason.ends_with("-error"))
        reason.remove_suffix(6);
    const auto is = [&](std::initializer_list<std::string_view> words) { return std::ranges::find(words, reason) != words.end(); };
    if (is({"media-empty", "media-needed", "input-tray-missing"}))
        return Trouble::PaperOut;
    if (is({"media-jam", "output-area-full"}))
        return Trouble::PaperJam;
    if (is({"cover-open", "door-open", "interlock-open"}))
        return Trouble::CoverOpen;
    if (is({"toner-empty", "marker-supply-empty", "developer-empty"}))
        return Trouble::InkOut;
    if (is({"offline", "shutdown", "timed-out", "connecting-to-device"}))
        return Trouble::Offline;
    if (is({"paused", "moving-to-paused"}))
        return Trouble::Stopped;
    return Trouble::None;
}

PrinterStatus CupsPrinter::status() {
    auto patience = patience_of(m_patience_ms, m_interrupted);
    auto* request = request_for(IPP_OP_GET_PRINTER_ATTRIBUTES, m_name);
    static constexpr std::array wanted{"printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs"};
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", static_cast<int>(wanted.size()), nullptr,
                  wanted.data());
    const auto exchange = ask(patience, request, "/printers/" + m_name);
    if (!exchange.status) {
        const auto& refusal = exchange.status.error();
        return {refusal.trouble, false, refusal.trouble == Trouble::UnknownPrinter ? printers_there(patience) : refusal.detail};
    }
    auto* answer = exchange.answer.get();
    PrinterStatus status;
    status.detail = text_of(answer, "printer-state-message");
    const int state = number_of(answer, "printer-state", IPP_PSTATE_IDLE);
    status.busy = state == IPP_PSTATE_PROCESSING;
    const bool stopped = state == IPP_PSTATE_STOPPED;
    if (auto* reasons = ippFindAttribute(answer, "printer-state-reasons", IPP_TAG_KEYWORD))
        for (int i = 0; i < ippGetCount(reasons); ++i)
            if (const char* reason = ippGetString(reasons, i, nullptr)) {
                const auto trouble = trouble_of_reason(reason, stopped);
                // What can be put right by hand goes before "stopped", which often comes with it.
                if (trouble != Trouble::None && (status.trouble == Trouble::None || status.trouble == Trouble::Stopped))
                    status.trouble = trouble;
            }
    if (status.trouble == Trouble::None && stopped)
        status.trouble = Trouble::Stopped;
    if (auto* accepting = ippFindAttribute(answer, "printer-is-accepting-jobs", IPP_TAG_BOOLEAN);
        accepting != nullptr && ippGetBoolean(accepting, 0) == 0)
        status.trouble = Trouble::Rejecting;
    return status;
}

std::expected<int, Refusal> CupsPrinter::submit(const std::filesystem::path& file, Format format, const std::string& title) {
    auto patience = patience_of(m_patience_ms, m_interrupted);
    auto* request = request_for(IPP_OP_PRINT_JOB, m_name);
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", nullptr, title.c_str());
    ippAddString(request, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", nullptr,
                 format == Format::Pdf ? "application/pdf" : "image/png");
    // A slip is shorter than a roll's page: at its top, not in its middle. (After the operation's own attributes.)
    ippAddString(request, IPP_TAG_JOB, IPP_TAG_NAME, "position", nullptr, "top");
    const auto exchange = ask(patience, request, "/printers/" + m_name, file);
    if (!exchange.status)
        return std::unexpected(exchange.status.error());
    const int number = number_of(exchange.answer.get(), "job-id", 0);
    if (number <= 0)
        return std::unexpected(Refusal{Trouble::Refused, {}});
    return number;
}

std::expected<JobStatus, Refusal> CupsPrinter::job(int number, const std::string& title) {
    auto patience = patience_of(m_patience_ms, m_interrupted);
    auto* request = request_for(IPP_OP_GET_JOB_ATTRIBUTES, m_name);
    ippAddInteger(request, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", number);
    static constexpr std::array wanted{"job-state", "job-name", "job-printer-state-message"};
    ippAddStrings(request, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes", static_cast<int>(wanted.size()), nullptr,
                  wanted.data());
    const auto exchange = ask(patience, request, "/jobs");
    if (!exchange.status) {
        if (exchange.status.error().trouble == Trouble::UnknownPrinter) // so does it say of a job
            return JobStatus{JobStatus::State::Over, Trouble::JobLost, {}};
        return std::unexpected(exchange.status.error());
    }
    auto* answer = exchange.answer.get();
    // A service may keep names to itself.
    if (const auto name = text_of(answer, "job-name"); !name.empty() && name != title)
        return JobStatus{JobStatus::State::Over, Trouble::JobLost, {}};
    switch (const auto words = text_of(answer, "job-printer-state-message"); number_of(answer, "job-state", 0)) {
    case IPP_JSTATE_COMPLETED: return JobStatus{JobStatus::State::Done, Trouble::None, {}};
    case IPP_JSTATE_CANCELED: return JobStatus{JobStatus::State::Over, Trouble::JobCancelled, words};
    case IPP_JSTATE_ABORTED: return JobStatus{JobStatus::State::Over, Trouble::JobFailed, words};
    default: return JobStatus{JobStatus::State::Underway, Trouble::None, words};
    }
}

} // namespace kiosk::printing
