// SPDX-License-Identifier: Apache-2.0
#pragma once
// A whole kiosk in memory for the state machine's tests: store, clock, input method, devices. Every view that it makes
// is checked: each text key is in the catalogue with its arguments, and no public screen holds a phone number or a full
// name but that of the person who was just admitted. Threads: one.
#include "app/booking_desk.hpp"
#include "app/check_in.hpp"
#include "app/kiosk_app.hpp"
#include "app/session_desk.hpp"
#include "resources/resources.hpp"
#include "support/catch.hpp"
#include "support/fake_store.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kiosk::test {

class ManualClock final : public core::Clock {
public:
    core::Instant at = *core::parse_rfc3339("2026-11-20T13:12:20+08:00");
    std::int64_t boot = 50'000;
    core::Instant now() const override { return at; }
    std::int64_t boot_ms() const override { return boot; }
    void pass(std::int64_t ms) {
        at = at + ms;
        boot += ms;
    }
};

class StepRandom final : public core::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>((m_state = m_state * 6364136223846793005ULL + 1442695040888963407ULL) >> 33);
    }

private:
    std::uint64_t m_state = 7;
};

// Signed tickets are the check-in service's tests' business.
class NoVerifier final : public core::SignatureVerifier {
public:
    bool verify_ed25519(std::string_view, std::string_view, std::string_view) const override { return false; }
};

class StubPlugin final : public core::AdmissionPlugin {
public:
    core::PluginVerdict verdict;
    core::PluginVerdict decide(const core::PluginQuery&) override { return verdict; }
};

// An input method that knows three words; two on a page.
class FakeComposer final : public app::TextComposer {
public:
    bool works = true;
    bool available() const override { return works; }
    const app::Composition& composition() const override { return m_composition; }
    std::string press(char key) override {
        m_letters += key;
        look_up();
        return {};
    }
    bool backspace() override {
        if (m_letters.empty())
            return false;
        m_letters.pop_back();
        look_up();
        return true;
    }
    std::string pick(std::size_t index) override {
        if (index >= m_composition.candidates.size())
            return {};
        auto picked = m_composition.candidates[index];
        clear();
        return picked;
    }
    void turn_page(int by) override {
        m_page = by > 0 ? 1 : 0;
        look_up();
    }
    std::string take_letters() override {
        auto letters = m_letters;
        clear();
        return letters;
    }
    void clear() override {
        m_letters.clear();
        m_page = 0;
        look_up();
    }

private:
    void look_up() {
        m_composition = {};
        m_composition.preedit = m_letters;
        const std::map<std::string, std::vector<std::string>> words{
            {"wang", {"王", "网", "忘"}}, {"guyu", {"谷雨", "古玉"}}, {"wangguyu", {"王谷雨"}}};
        if (const auto found = words.find(m_letters); found != words.end()) {
            m_composition.has_previous_page = m_page > 0;
            m_composition.has_next_page = m_page == 0 && found->second.size() > 2;
            for (std::size_t i = m_page * 2; i < std::min(found->second.size(), m_page * 2 + 2); ++i)
                m_composition.candidates.push_back(found->second[i]);
        }
    }
    std::string m_letters;
    std::size_t m_page = 0;
    app::Composition m_composition;
};

class FakeDeck final : public app::Deck {
public:
    std::vector<app::DeckChoice> cameras() override { return {{"cam0", {"内置摄像头", "Built-in camera"}, true}}; }
    core::Status choose_camera(std::string_view id) override {
        chosen_camera = id;
        if (id != "cam0")
            return core::fail(core::ErrorCode::NotFound, "error.no_checkpoint", "camera");
        return {};
    }
    std::vector<app::DeckChoice> events() override { return {{"DEMO", {"示例", "Demo"}, true}}; }
    core::Status choose_event(std::string_view id) override {
        chosen_event = id;
        return {};
    }
    void checkpoint_chosen(std::string_view id) override { chosen_checkpoint = id; }
    core::Status print_badge(const app::BadgeRequest& badge) override {
        if (!printer_works)
            return core::fail(core::ErrorCode::Unavailable, "error.file_write", "printer");
        badges.push_back(badge);
        return {};
    }
    bool call_staff(app::StaffCall why) override {
        calls.push_back(why);
        return staff_reachable;
    }
    bool is_hub_code(std::string_view text) override { return text.starts_with("hub:"); }
    core::Status enrol(std::string_view code) override {
        if (code == "hub:old")
            return core::fail(core::ErrorCode::Invalid, "error.enrolment_code");
        enrolled_with.push_back(std::string(code));
        return {};
    }
    std::vector<std::pair<app::LocalText, std::string>> system_info() override {
        return {{{"备份", "Backup"}, "13:00"}};
    }

    bool can_print_slips() override { return slip_printer; }
    core::Status print_slip(const app::SlipRequest& slip) override {
        slips.push_back(slip);
        return {};
    }
    core::Status ask_leases(app::LeaseAsk ask) override {
        if (!has_hub)
            return core::fail(core::ErrorCode::Unavailable, "error.no_hub");
        asks.push_back(std::move(ask));
        return {};
    }

    bool slip_printer = false, has_hub = false;
    std::vector<app::SlipRequest> slips;
    std::vector<app::LeaseAsk> asks;
    std::string chosen_camera, chosen_event, chosen_checkpoint;
    bool printer_works = true;
    bool staff_reachable = true;
    std::vector<app::BadgeRequest> badges;
    std::vector<app::StaffCall> calls;
    std::vector<std::string> enrolled_with;
};

class FakePins final : public app::PinVerifier {
public:
    bool matches(std::string_view pin_hash, std::string_view pin) override {
        ++tried;
        return pin_hash == "hash " + std::string(pin);
    }
    int failures() override { return kept; }
    void set_failures(int count) override { kept = count; }
    int kept = 0;
    int tried = 0;
};

class FakePlugins final : public app::EventPlugins {
public:
    std::vector<app::LocalText> welcome(const core::EventConfig&, const core::Registration*, core::Instant) override {
        return {{"祝您今天有收获", "Enjoy the day"}};
    }
    core::Form registration_form(const core::EventConfig&) override {
        if (registration)
            return *registration;
        core::Question question;
        question.id = "pg_status";
        question.type = core::QuestionType::Single;
        question.text = {"用到哪一步了", "How far are you"};
        question.options = {{"trial", {"试用", "Trial"}}, {"none", {"没有", "Not at all"}}};
        return {{"interest", {"关注", "Interest"}, {{question, {}, core::Binding::Own, {}}}}};
    }
    std::vector<core::QuestionnaireInfo> questionnaires() override { return offered; }
    core::Result<core::Form> questionnaire(const core::EventConfig&, const core::QuestionnaireInfo&) override {
        return asked;
    }
    core::Validation validate(const core::EventConfig&, const core::QuestionnaireInfo*, const core::Answers& answers) override {
        validated.push_back(answers);
        return found;
    }
    std::vector<app::LocalText> in_quarantine() override { return failed; }
    void release_quarantine() override {
        ++released;
        failed.clear();
    }

    std::optional<core::Form> registration; // else the one question above
    std::vector<core::Answers> validated;   // every call
    int released = 0;

    std::vector<core::QuestionnaireInfo> offered;
    core::Form asked;
    core::Validation found;
    std::vector<app::LocalText> failed;
};

// Every text of a view, with the keys of its messages apart.
struct ViewTexts {
    std::vector<app::Message> messages;
    std::string all; // everything else that could be read on the screen, joined
};
ViewTexts texts_of(const app::View& view);

// Two doors, four people: 王谷雨 A1, 李白露 B2 (same phone tail as 王谷雨), 王小满 C3 without a phone, Grace Hopper D4.
struct Kiosk {
    FakeStore store;
    ManualClock clock;
    StepRandom random;
    NoVerifier verifier;
    StubPlugin plugin;
    FakeComposer composer;
    FakeDeck deck;
    FakePins pins;
    FakePlugins welcome;
    app::Settings settings;
    core::EventConfig config;
    std::optional<core::Catalogue> catalogue;
    std::optional<app::CheckIn> check_in;
    bool alone = true;                      // the desk has no hub
    std::optional<app::BookingDesk> desk;   // where the event has units
    std::optional<app::SessionDesk> sessions; // where it has sessions behind closed doors
    std::optional<app::KioskApp> app;

    Kiosk();
    void open(); // with what a test has changed above
    core::Registration& person(std::string ticket, std::string name, std::string phone, std::string organisation);
    std::vector<core::Registration> people;

    void send(const app::Intent& intent);
    void scan(const std::string& code) { send(app::intent::ScannedText{code, "camera"}); }
    void type(const std::string& keys); // as the on-screen keyboard does
    void pin(const std::string& digits);
    void log_in() {
        send(app::intent::OpenStaff{});
        pin("1234");
    }
    void touch_after(std::int64_t ms) {
        pass(ms);
        send(app::intent::Touched{});
    }
    // As the application thread would: wakes up whenever the application wants to. Fails where it would spin.
    void pass(std::int64_t ms);

    const app::View& view();
    template <typename T> bool shows() { return std::holds_alternative<T>(view().body); }
    template <typename T> const T& body() {
        INFO("screen " << view().body.index());
        REQUIRE(shows<T>());
        return std::get<T>(view().body);
    }
    const app::ResultView& result() { return body<app::ResultView>(); }
    std::size_t scans_saved() const { return store.scans().size(); }
    std::string text(const app::Message& message) { return catalogue->text(view().language, message); }

private:
    void check_view();
    std::uint64_t m_checked = 0;
    std::shared_ptr<const app::View> m_view;
};

} // namespace kiosk::test
