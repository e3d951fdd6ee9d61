// SPDX-License-Identifier: Apache-2.0
#pragma once
// This machine around the application. Purpose: app::Deck over what is plugged in here: cameras, other events'
// databases beside this one, disk and backups. Ownership: holds callbacks of the session, which outlives it.
// Threads: the application thread; next_event() from any. Failure: answers no, with a sentence where there is one.
#include "app/deck.hpp"
#include "main/kiosk/options.hpp"

#include <functional>
#include <mutex>
#include <optional>

namespace kiosk::program {

class PrintDesk;

struct DeckHooks {
    std::function<void(const std::string& uri)> change_scanner;
    std::function<std::vector<std::pair<app::LocalText, std::string>>()> more_system_info;
    std::function<bool(std::string_view text)> is_hub_code;
    std::function<core::Status(const std::string& code)> enrol;
    std::function<core::Status(app::LeaseAsk ask)> ask_leases; // may be empty: no hub
    std::function<PrintDesk*()> printing; // null: not yet, or not any more
    std::function<void()> wake; // the window's loop looks whether there is another event to go to
};

class LocalDeck final : public app::Deck {
public:
    LocalDeck(const Options& options, DeckHooks hooks);

    std::vector<app::DeckChoice> cameras() override;
    core::Status choose_camera(std::string_view id) override;
    std::vector<app::DeckChoice> events() override;
    core::Status choose_event(std::string_view id) override;
    void checkpoint_chosen(std::string_view id) override;
    core::Status print_badge(const app::BadgeRequest& badge) override;
    bool can_print_slips() override;
    bool can_print_plan() override { return m_hooks.printing() != nullptr; }
    core::Status print_slip(const app::SlipRequest& slip) override;
    core::Status print_plan() override;
    bool call_staff(app::StaffCall why) override;
    bool is_hub_code(std::string_view text) override { return m_hooks.is_hub_code(text); }
    core::Status enrol(std::string_view code) override { return m_hooks.enrol(std::string(code)); }
    core::Status ask_leases(app::LeaseAsk ask) override;
    std::vector<std::pair<app::LocalText, std::string>> system_info() override;
    std::vector<std::pair<app::LocalText, app::LocalText>> system_sentences() override;

    // The database that staff chose to go on with, once.
    std::optional<std::filesystem::path> next_event();

private:
    const Options& m_options;
    DeckHooks m_hooks;
    std::string m_scanner;
    std::mutex m_mutex;
    std::optional<std::filesystem::path> m_next_event; // guarded by m_mutex
};

// What was chosen on the screen outlives a restart: "<database>.choices".
std::string remembered_checkpoint(const std::filesystem::path& database);

} // namespace kiosk::program
