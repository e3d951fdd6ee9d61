// SPDX-License-Identifier: Apache-2.0
#include "printing/print_queue.hpp"

#include "resources/resources.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace kiosk::printing {

namespace fs = std::filesystem;
using core::ErrorCode;
using core::fail;
using Part = PrintFolder::Part;

namespace {

constexpr std::size_t most_underway = 100;
constexpr int attempts = 3;

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

core::Result<PrintJob> print_bytes(std::string name, Format format, std::string bytes) {
    if (bytes.size() > most_bytes)
        return fail(ErrorCode::TooLarge, "print.why.too_large", name);
    return PrintJob{std::move(name), format,
                    [bytes = std::move(bytes)](const fs::path& file) { return resources::write_file_atomically(file, bytes); }};
}

PrintJob print_file(std::string name, Format format, fs::path source) {
    return {std::move(name), format, [source = std::move(source)](const fs::path& file) -> core::Status {
                KIOSK_TRY(const auto bytes, resources::read_file(source, most_bytes));
                return resources::write_file_atomically(file, bytes);
            }};
}

PrintQueue::PrintQueue(QueueOptions options, std::unique_ptr<Printer> printer, std::function<void(const JobReport&)> on_report,
                       std::function<void()> on_change)
    : m_options(std::move(options)), m_printer(std::move(printer)), m_on_report(std::move(on_report)),
      m_on_change(std::move(on_change)), m_folder(m_options.folder) {
    m_state.has_printer = m_printer != nullptr;
    m_worker = std::thread([this] { work(); });
}

PrintQueue::~PrintQueue() {
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    if (m_printer)
        m_printer->interrupt();
    m_wake.notify_all();
    m_worker.join();
}

core::Status PrintQueue::print(PrintJob job) {
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stop || m_jobs.size() >= m_options.most_waiting)
            return fail(ErrorCode::Unavailable, "print.why.too_many", job.name);
        m_jobs.push_back(std::move(job));
        ++m_state.waiting;
    }
    m_wake.notify_all();
    return {};
}

QueueState PrintQueue::state() const {
    const std::scoped_lock lock(m_mutex);
    return m_state;
}

void PrintQueue::look() {
    {
        const std::scoped_lock lock(m_mutex);
        m_look = true;
    }
    m_wake.notify_all();
}

// ---- the worker ----

void PrintQueue::work() {
    take_up();
    for (;;) {
        std::optional<PrintJob> job;
        bool wanted = false;
        {
            std::unique_lock lock(m_mutex);
            const auto wait = due_ms();
            const auto called = [&] { return m_stop || !m_jobs.empty() || m_look; };
            if (wait == std::numeric_limits<std::int64_t>::max())
                m_wake.wait(lock, called);
            else
                m_wake.wait_for(lock, std::chrono::milliseconds(wait), called);
            if (m_stop)
                break;
            if (!m_jobs.empty()) {
                job = std::move(m_jobs.front());
                m_jobs.pop_front();
            } else {
                wanted = std::exchange(m_look, false);
            }
        }
        if (wanted && now_ms() - m_asked_ms >= m_options.watch_ms)
            m_asked_ms = std::numeric_limits<std::int64_t>::min() / 2;
        if (wanted)
            refresh_counts(); // somebody may have cleared the folder up
        if (job) {
            m_in_hand = true;
            do_job(*job);
            m_in_hand = false;
            refresh_counts();
        }
        if (due_ms() == 0)
            watch();
    }
    leave_behind();
}

// What an earlier run left: jobs that the printer had are watched on, what it never got is for somebody to look at. It is
// not printed by itself: whoever wanted it has gone, and paper with names must not come out when nobody waits for it.
void PrintQueue::take_up() {
    if (!m_folder.prepare())
        return; // the first job tells it
    m_folder.forget_old();
    for (const auto& entry : m_folder.list(Part::Waiting)) {
        if (entry.job && m_printer && m_underway.size() < most_underway)
            m_underway.push_back({entry.name, *entry.job, entry.file, now_ms(), Trouble::None, Trouble::None});
        else
            m_folder.move(entry.file, Part::NotPrinted);
    }
    m_asked_ms = std::numeric_limits<std::int64_t>::min() / 2; // at once
    refresh_counts();
}

void PrintQueue::do_job(const PrintJob& job) {
    const auto refuse = [&](const core::Error& error) {
        report({job.name, Outcome::Failed, error.code == ErrorCode::DiskFull ? Trouble::NoRoom : Trouble::NotMade,
                error.code == ErrorCode::DiskFull ? std::string(message_key(Trouble::NoRoom)) : error.message_key, error.context, {}});
    };
    if (const auto ready = m_folder.prepare(); !ready)
        return refuse(ready.error());
    const auto file = m_folder.reserve(job.name, job.format);
    if (const auto written = job.write(file); !written) {
        m_folder.remove(file);
        return refuse(written.error());
    }
    std::error_code error;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error); // names stand in it
    if (!m_printer)
        return report({job.name, Outcome::Kept, Trouble::None, {}, {}, m_folder.move(file, Part::Saved)});
    hand_over(job.name, job.format, file);
}

void PrintQueue::hand_over(const std::string& name, Format format, const fs::path& file) {
    const auto title = file.stem().string();
    std::expected<int, Refusal> taken = std::unexpected(Refusal{});
    for (int i = 0; i < attempts; ++i) {
        taken = m_printer->submit(file, format, title);
        // A print service that is being restarted is back in a moment. Whether a silent one has the job is not known, so
        // that one is not asked again: twice on paper is confusing as well.
        if (taken || taken.error().trouble != Trouble::NoService || i + 1 == attempts || !pause(m_options.again_ms))
            break;
    }
    m_asked_ms = std::numeric_limits<std::int64_t>::min() / 2; // how is the printer now
    if (!taken) {
        const auto& refusal = taken.error();
        return report({name, Outcome::Failed, refusal.trouble, std::string(message_key(refusal.trouble)), refusal.detail,
                       m_folder.move(file, Part::NotPrinted)});
    }
    if (m_underway.size() >= most_underway) { // nobody has looked after this printer for long
        m_folder.move(m_underway.front().file, Part::NotPrinted);
        m_underway.erase(m_underway.begin());
    }
    m_underway.push_back({title, *taken, m_folder.mark(file, *taken), now_ms(), Trouble::None, Trouble::None});
    report({name, Outcome::Sent, Trouble::None, {}, {}, m_underway.back().file});
}

void PrintQueue::watch() {
    m_watched_ms = now_ms();
    ask_printer();
    std::erase_if(m_underway, [this](Underway& job) { return !watch_one(job); });
    refresh_counts();
}

// False: there is nothing more to watch.
bool PrintQueue::watch_one(Underway& job) {
    const auto status = m_printer->job(job.number, job.name);
    if (status && status->state == JobStatus::State::Done) {
        m_folder.remove(job.file);
        report({job.name, Outcome::Done, Trouble::None, {}, {}, {}});
        return false;
    }
    if (status && status->state == JobStatus::State::Over) {
        report({job.name, Outcome::Failed, status->trouble, std::string(message_key(status->trouble)), status->detail,
                m_folder.move(job.file, Part::NotPrinted)});
        return false;
    }
    // Said when it was so twice: a printer that wakes up may look as if it were off.
    const auto printer = state().printer;
    if (printer.trouble != Trouble::None && printer.trouble == job.seen && printer.trouble != job.told) {
        job.told = printer.trouble;
        report({job.name, Outcome::Waits, printer.trouble, std::string(message_key(printer.trouble)), printer.detail, job.file});
    }
    job.seen = printer.trouble;
    return true;
}

void PrintQueue::ask_printer() {
    if (!m_printer)
        return;
    auto status = m_printer->status();
    m_asked_ms = now_ms();
    set_state([&](QueueState& state) {
        state.known = true;
        state.printer = std::move(status);
    });
}

void PrintQueue::refresh_counts() {
    const auto not_printed = m_folder.list(Part::NotPrinted).size();
    set_state([&](QueueState& state) {
        state.not_printed = not_printed;
        state.waiting = m_jobs.size() + m_underway.size() + (m_in_hand ? 1 : 0);
    });
}

void PrintQueue::set_state(const std::function<void(QueueState&)>& change) {
    bool changed = false;
    {
        const std::scoped_lock lock(m_mutex);
        const auto before = m_state;
        change(m_state);
        changed = m_state != before;
    }
    if (changed && m_on_change)
        m_on_change();
}

void PrintQueue::report(JobReport report) {
    if (m_on_report)
        m_on_report(report);
}

bool PrintQueue::pause(std::int64_t wait_ms) {
    std::unique_lock lock(m_mutex);
    return !m_wake.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return m_stop; });
}

// Jobs are looked at often while they are new, then less and less; the printer alone now and then.
std::int64_t PrintQueue::due_ms() const {
    if (!m_printer)
        return std::numeric_limits<std::int64_t>::max();
    const auto now = now_ms();
    const bool trouble = !m_state.known || m_state.printer.trouble != Trouble::None; // only the worker writes it
    auto due = m_asked_ms + (trouble ? m_options.trouble_ms : m_options.ask_ms);
    for (const auto& job : m_underway) {
        const auto age = now - job.since_ms;
        due = std::min(due, m_watched_ms + (age < 30 * m_options.watch_ms ? m_options.watch_ms : 5 * m_options.watch_ms));
    }
    return std::max<std::int64_t>(0, due - now);
}

// The kiosk ends: the files are there when it starts again.
void PrintQueue::leave_behind() {
    std::deque<PrintJob> jobs;
    {
        const std::scoped_lock lock(m_mutex);
        jobs.swap(m_jobs);
    }
    for (const auto& job : jobs)
        if (m_folder.prepare()) {
            const auto file = m_folder.reserve(job.name, job.format);
            if (!job.write(file))
                m_folder.remove(file);
        }
}

} // namespace kiosk::printing
