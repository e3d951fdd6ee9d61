// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace kiosk::checker {

using Json = nlohmann::json;

namespace {

std::string_view word(State state) {
    switch (state) {
    case State::Passed:
        return "passed";
    case State::Failed:
        return "failed";
    case State::Skipped:
        return "skipped";
    }
    return "failed";
}

std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// XML 1.0 has no place for control characters, not even escaped; and the text must be UTF-8.
std::string xml(std::string_view text) {
    // Through JSON and back: what is no UTF-8 becomes U+FFFD.
    const auto clean = Json::parse(dump(Json(text))).get<std::string>();
    std::string escaped;
    for (const char c : clean) {
        switch (c) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '"':
            escaped += "&quot;";
            break;
        default:
            escaped += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
        }
    }
    return escaped;
}

std::string one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return text;
}

} // namespace

std::string Report::text(const std::string& key, const Args& args) const {
    return m_texts.text(m_language, core::Message{"checker." + key, args});
}

std::string Report::title(std::string_view check) const {
    return text("title." + std::string(check));
}

std::string Report::sentence(const Finding& finding) const {
    return one_line(text(finding.key, finding.args));
}

std::string Report::line(const CheckResult& result) const {
    auto lines = fmt::format("  {:<8}{:<15}{}\n", text("state." + std::string(word(result.state))), result.name,
                             title(result.name));
    for (const Finding& finding : result.findings)
        lines += fmt::format("          {} {}\n",
                             text(result.state == State::Skipped           ? "mark.skipped"
                                  : finding.severity == Severity::Failure ? "mark.failure"
                                                                          : "mark.warning"),
                             sentence(finding));
    return lines;
}

std::string Report::json(std::string_view plugin, const CheckResult& result) const {
    Json findings = Json::array();
    for (const Finding& finding : result.findings) {
        Json args = Json::object();
        for (const auto& [name, value] : finding.args)
            args[name] = value;
        findings.push_back({{"severity", finding.severity == Severity::Failure ? "failure" : "warning"},
                            {"key", finding.key},
                            {"args", std::move(args)},
                            {"message", sentence(finding)}});
    }
    return dump({{"plugin", plugin},
                 {"check", result.name},
                 {"state", word(result.state)},
                 {"took_ms", result.took_ms},
                 {"findings", std::move(findings)}});
}

std::string Report::summary(const PluginResult& result) const {
    const auto count = [&](State state) {
        return std::to_string(std::count_if(result.checks.begin(), result.checks.end(),
                                            [&](const CheckResult& check) { return check.state == state; }));
    };
    const Args args{{"plugin", result.plugin},
                    {"passed", count(State::Passed)},
                    {"failed", count(State::Failed)},
                    {"skipped", count(State::Skipped)}};
    return text(result.passed() ? "summary.passed" : "summary.failed", args);
}

std::string Report::junit(std::span<const PluginResult> results) const {
    std::string document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const PluginResult& result : results) {
        std::size_t failed = 0, skipped = 0;
        std::int64_t took_ms = 0;
        for (const CheckResult& check : result.checks) {
            failed += check.state == State::Failed ? 1 : 0;
            skipped += check.state == State::Skipped ? 1 : 0;
            took_ms += check.took_ms;
        }
        document += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n",
                                xml(result.plugin), result.checks.size(), failed, skipped,
                                static_cast<double>(took_ms) / 1000.0);
        for (const CheckResult& check : result.checks) {
            document += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">", xml(result.plugin),
                                    xml(check.name), static_cast<double>(check.took_ms) / 1000.0);
            std::string failures, others;
            for (const Finding& finding : check.findings)
                (finding.severity == Severity::Failure ? failures : others) += sentence(finding) + '\n';
            if (check.state == State::Failed)
                document += fmt::format("<failure message=\"{}\">{}</failure>",
                                        xml(failures.substr(0, failures.find('\n'))), xml(failures));
            else if (check.state == State::Skipped)
                document += fmt::format("<skipped message=\"{}\"/>", xml(others.substr(0, others.find('\n'))));
            if (!others.empty() && check.state != State::Skipped)
                document += fmt::format("<system-out>{}</system-out>", xml(others));
            document += "</testcase>\n";
        }
        document += "  </testsuite>\n";
    }
    return document + "</testsuites>\n";
}

} // namespace kiosk::checker
