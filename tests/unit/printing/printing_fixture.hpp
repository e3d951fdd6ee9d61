// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the printing tests share: a folder that goes away, a printer that does what a test wants, and the reports of a queue.
#include "printing/print_queue.hpp"
#include "resources/resources.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

namespace kiosk::test {

namespace fs = std::filesystem;
using namespace printing;

class PrintTemp {
public:
    PrintTemp() {
        auto pattern = (fs::temp_directory_path() / "xiangdao-print-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        m_path = pattern;
    }
    ~PrintTemp() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    PrintTemp(const PrintTemp&) = delete;
    PrintTemp& operator=(const PrintTemp&) = delete;
    const fs::path& path() const { return m_path; }
    std::vector<std::string> in(const char* part) const { // names, in order
        std::vector<std::string> names;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(m_path / part, error))
            names.push_back(entry.path().filename().string());
        std::ranges::sort(names);
        return names;
    }

private:
    fs::path m_path;
};

inline bool wait_until(const std::function<bool()>& what, int limit_ms = 60'000) {
    for (int waited = 0; waited < limit_ms; waited += 5) {
        if (what())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return what();
}

// Shared by a test and the queue's worker.
struct FakePaper {
    std::mutex mutex;
    // What comes of the next calls; guarded by mutex, like all of it.
    PrinterStatus status;
    std::vector<Refusal> refuse; // the first ones are refused so
    std::map<int, JobStatus> jobs;
    JobStatus new_job{JobStatus::State::Done, Trouble::None, {}};
    // What was asked for.
    std::vector<std::string> printed, titles;
    std::vector<Format> formats;
    int attempts = 0;
    std::atomic<bool> hangs{false}, interrupted{false};

    void set(PrinterStatus now) {
        const std::scoped_lock lock(mutex);
        status = std::move(now);
    }
    void finish(int number, JobStatus now) {
        const std::scoped_lock lock(mutex);
        jobs[number] = std::move(now);
    }
    int tried() {
        const std::scoped_lock lock(mutex);
        return attempts;
    }
};

class FakePrinter final : public Printer {
public:
    explicit FakePrinter(FakePaper& paper) : m_paper(paper) {}
    PrinterStatus status() override {
        const std::scoped_lock lock(m_paper.mutex);
        return m_paper.status;
    }
    std::expected<int, Refusal> submit(const fs::path& file, Format format, const std::string& title) override {
        while (m_paper.hangs && !m_paper.interrupted)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        const std::scoped_lock lock(m_paper.mutex);
        ++m_paper.attempts;
        if (m_paper.interrupted && m_paper.hangs)
            return std::unexpected(Refusal{Trouble::NoAnswer, {}});
        if (!m_paper.refuse.empty()) {
            auto refusal = m_paper.refuse.front();
            m_paper.refuse.erase(m_paper.refuse.begin());
            return std::unexpected(std::move(refusal));
        }
        m_paper.printed.push_back(resources::read_file(file).value_or("?"));
        m_paper.titles.push_back(title);
        m_paper.formats.push_back(format);
        const int number = 10 + static_cast<int>(m_paper.printed.size());
        m_paper.jobs[number] = m_paper.new_job;
        return number;
    }
    std::expected<JobStatus, Refusal> job(int number, const std::string&) override {
        const std::scoped_lock lock(m_paper.mutex);
        if (m_paper.status.trouble == Trouble::NoService)
            return std::unexpected(Refusal{Trouble::NoService, {}});
        const auto found = m_paper.jobs.find(number);
        return found == m_paper.jobs.end() ? JobStatus{JobStatus::State::Over, Trouble::JobLost, {}} : found->second;
    }
    void interrupt() override { m_paper.interrupted = true; }

private:
    FakePaper& m_paper;
};

// A queue with short pauses and a record of what it tells.
class Desk {
public:
    explicit Desk(const PrintTemp& folder, std::unique_ptr<Printer> printer, std::size_t most_waiting = 32) {
        QueueOptions options;
        options.folder = folder.path();
        options.most_waiting = most_waiting;
        options.watch_ms = 5;
        options.ask_ms = 20;
        options.trouble_ms = 10;
        options.again_ms = 5;
        m_queue = std::make_unique<PrintQueue>(
            options, std::move(printer),
            [this](const JobReport& report) {
                const std::scoped_lock lock(m_mutex);
                m_reports.push_back(report);
            },
            [this] { ++m_changes; });
    }
    PrintQueue& queue() { return *m_queue; }
    void end() { m_queue.reset(); }
    core::Status print(const std::string& name, const std::string& bytes = "%PDF-1.4") {
        auto job = print_bytes(name, Format::Pdf, bytes);
        REQUIRE(job);
        return m_queue->print(std::move(*job));
    }
    std::vector<JobReport> reports() {
        const std::scoped_lock lock(m_mutex);
        return m_reports;
    }
    bool told(Outcome outcome, std::size_t times = 1) {
        return wait_until([&] { return count(outcome) >= times; });
    }
    std::size_t count(Outcome outcome) {
        const auto all = reports();
        return static_cast<std::size_t>(std::ranges::count(all, outcome, &JobReport::outcome));
    }
    JobReport last() {
        const auto all = reports();
        REQUIRE_FALSE(all.empty());
        return all.back();
    }
    int changes() const { return m_changes; }

private:
    std::mutex m_mutex;
    std::vector<JobReport> m_reports; // guarded by m_mutex
    std::atomic<int> m_changes{0};
    std::unique_ptr<PrintQueue> m_queue;
};

} // namespace kiosk::test
