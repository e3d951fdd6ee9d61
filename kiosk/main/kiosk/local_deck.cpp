// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk/local_deck.hpp"

#include "main/kiosk/print_desk.hpp"
#include "main/wiring/venue.hpp"
#include "resources/resources.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>

namespace kiosk::program {

namespace {

namespace fs = std::filesystem;

fs::path choices_file(fs::path database) {
    database += ".choices";
    return database;
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

} // namespace

std::string remembered_checkpoint(const fs::path& database) {
    auto text = resources::read_file(choices_file(database), 4096);
    if (!text)
        return {};
    std::erase(*text, '\n');
    return *text;
}

LocalDeck::LocalDeck(const Options& options, DeckHooks hooks)
    : m_options(options), m_hooks(std::move(hooks)), m_scanner(options.scanner) {}

std::vector<app::DeckChoice> LocalDeck::cameras() {
    std::vector<app::DeckChoice> choices;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/dev", error))
        if (const auto name = entry.path().filename().string(); name.starts_with("video"))
            choices.push_back({"v4l2:///dev/" + name, {"摄像头 " + name, "Camera " + name}, false});
    std::ranges::sort(choices, {}, &app::DeckChoice::id);
    // What the configuration names is a choice even where nothing of it is plugged in now.
    if (!m_options.scanner.empty() &&
        std::ranges::find(choices, m_options.scanner, &app::DeckChoice::id) == choices.end())
        choices.insert(choices.begin(), {m_options.scanner, {"设定的扫描源", "Configured source"}, false});
    choices.push_back({"", {"不用摄像头，只用扫码枪", "No camera, scanner only"}, false});
    for (auto& choice : choices)
        choice.chosen = choice.id == m_scanner;
    return choices;
}

core::Status LocalDeck::choose_camera(std::string_view id) {
    m_scanner = id;
    m_hooks.change_scanner(m_scanner);
    return {};
}

std::vector<app::DeckChoice> LocalDeck::events() {
    std::vector<app::DeckChoice> choices;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_of(m_options.database), error)) {
        if (entry.path().extension() != ".db" || choices.size() >= 50)
            continue;
        const bool chosen = fs::equivalent(entry.path(), m_options.database, error);
        wiring::VenueOptions options;
        options.database = entry.path();
        options.read_only = true;
        options.with_plugins = false;
        const auto venue = wiring::Venue::open(std::move(options));
        if (!venue || !(*venue)->has_event())
            continue;
        const auto& event = (*venue)->config().event;
        auto title = event.title;
        if (title.zh.empty() && title.en.empty())
            title = {event.code, event.code};
        choices.push_back({entry.path().string(), std::move(title), chosen});
    }
    std::ranges::sort(choices, {}, &app::DeckChoice::id);
    return choices;
}

core::Status LocalDeck::choose_event(std::string_view id) {
    std::error_code error;
    if (!fs::exists(fs::path(id), error))
        return core::fail(core::ErrorCode::NotFound, "error.no_database", std::string(id));
    {
        const std::lock_guard lock(m_mutex);
        m_next_event = fs::path(id);
    }
    m_hooks.wake();
    return {};
}

std::optional<fs::path> LocalDeck::next_event() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_next_event, std::nullopt);
}

void LocalDeck::checkpoint_chosen(std::string_view id) {
    static_cast<void>(resources::write_file_atomically(choices_file(m_options.database), std::string(id) + "\n"));
}

core::Status LocalDeck::print_badge(const app::BadgeRequest&) {
    return core::fail(core::ErrorCode::Unavailable, "error.no_printer");
}

bool LocalDeck::can_print_slips() {
    const auto* printing = m_hooks.printing();
    return printing != nullptr && printing->can_print_slips();
}

core::Status LocalDeck::print_slip(const app::SlipRequest& slip) {
    auto* printing = m_hooks.printing();
    return printing != nullptr ? printing->print_slip(slip) : app::Deck::print_slip(slip);
}

core::Status LocalDeck::print_plan() {
    auto* printing = m_hooks.printing();
    return printing != nullptr ? printing->print_plan() : app::Deck::print_plan();
}

std::vector<std::pair<app::LocalText, app::LocalText>> LocalDeck::system_sentences() {
    auto* printing = m_hooks.printing();
    return printing != nullptr ? printing->sentences() : app::Deck::system_sentences();
}

core::Status LocalDeck::ask_leases(app::LeaseAsk ask) {
    return m_hooks.ask_leases ? m_hooks.ask_leases(std::move(ask)) : app::Deck::ask_leases(std::move(ask));
}

// Nothing is wired to a bell or a phone yet, and saying otherwise would leave somebody waiting.
bool LocalDeck::call_staff(app::StaffCall) { return false; }

std::vector<std::pair<app::LocalText, std::string>> LocalDeck::system_info() {
    auto lines = m_hooks.more_system_info();
    struct statvfs info {};
    if (::statvfs(folder_of(m_options.database).c_str(), &info) == 0)
        lines.emplace_back(app::LocalText{"磁盘剩余", "Disk free"},
                           fmt::format("{} MB", static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize / (1u << 20)));
    lines.emplace_back(app::LocalText{"数据库", "Database"}, m_options.database.string());
    return lines;
}

} // namespace kiosk::program
