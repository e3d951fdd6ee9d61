// SPDX-License-Identifier: Apache-2.0
// Every event type as its guests meet it: the plugins of this build, the application, and the window. Usage:
// event_type_screens [--out FOLDER] [--only TYPE]. For each type somebody walks in, fills in every page that the form
// has and is let in (or sent to staff, where that is the type's rule), and somebody of the roster is scanned; each
// screen is drawn in both orientations and languages. Prints each fault of the layout and each way that does not end at
// a result, and answers 1 where there is one.
#include "app/kiosk_app.hpp"
#include "crypto/crypto.hpp"
#include "plugin_host/broker.hpp"
#include "resources/resources.hpp"
#include "support/fake_store.hpp"
#include "ui/window.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace kiosk;
namespace fs = std::filesystem;

struct Case {
    const char* type;
    std::vector<std::string> addons;
    core::LocalText title;
};

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"salon", {"matchmaking"}, {"天天象上·杭州站", "Hangzhou Salon"}},
        {"meetup", {"roundtable", "user_group", "live"}, {"数据库 Meetup·南京站", "Nanjing Meetup"}},
        {"conference", {"matchmaking"}, {"大象汇", "National Conference"}},
        {"conference.regional", {}, {"象行中国·合肥站", "Regional Conference, Hefei"}},
        {"training", {}, {"象牙塔培训·武汉", "Training, Wuhan"}},
        {"visit.customer", {"closed_door"}, {"走进海棠示例航运", "Visit to Begonia Demo Shipping"}},
        {"visit.isv", {}, {"走进松果示例软件", "Visit to Pinecone Demo Software"}},
        {"visit.integrator", {}, {"走进白鹭示例集成", "Visit to Egret Demo Integration"}},
        {"visit.middleware", {}, {"走进云雀示例中间件", "Visit to Skylark Demo Middleware"}},
        {"visit_town", {}, {"走进半山示例小镇", "Visit to Hillside Demo Town"}},
        {"visit_campus", {}, {"高校行·武汉", "Wuhan Campus Day"}},
        {"closed_door", {}, {"企业闭门会议", "Closed-door session"}},
    };
    return all;
}

struct NoVerifier final : core::SignatureVerifier {
    bool verify_ed25519(std::string_view, std::string_view, std::string_view) const override { return false; }
};

// A kiosk with nothing around it.
struct BareDeck final : app::Deck {
    std::vector<app::DeckChoice> cameras() override { return {}; }
    core::Status choose_camera(std::string_view) override { return {}; }
    std::vector<app::DeckChoice> events() override { return {}; }
    core::Status choose_event(std::string_view) override { return {}; }
    void checkpoint_chosen(std::string_view) override {}
    core::Status print_badge(const app::BadgeRequest&) override { return {}; }
    bool call_staff(app::StaffCall) override { return false; }
    bool is_hub_code(std::string_view) override { return false; }
    core::Status enrol(std::string_view) override { return {}; }
    std::vector<std::pair<app::LocalText, std::string>> system_info() override { return {}; }
};
struct NoPins final : app::PinVerifier {
    bool matches(std::string_view, std::string_view) override { return false; }
    int failures() override { return 0; }
    void set_failures(int) override {}
};

// What somebody answers who answers everything. Numbers and dates fit any sensible limit.
core::Answer answer_to(const app::FieldView& field) {
    switch (field.kind) {
    case app::FieldKind::YesNo:
    case app::FieldKind::Consent:
        return !field.id.ends_with("individual"); // comes with a company
    case app::FieldKind::Single:
        return field.options.front().id;
    case app::FieldKind::Multiple: // what is needed is another thing than what is offered
        return std::vector<std::string>{field.options[field.id == "needs" && field.options.size() > 1 ? 1 : 0].id};
    case app::FieldKind::Phone:
        return std::string("10000004321");
    case app::FieldKind::Email:
        return std::string("zhou@example.com");
    case app::FieldKind::Number:
        return std::string(field.id.find("year") != std::string::npos ? "2027" : "12");
    case app::FieldKind::Date:
        return std::string("2026-11-20");
    case app::FieldKind::Time:
        return std::string("13:30");
    case app::FieldKind::DateTime:
        return std::string("2026-11-20 13:30");
    case app::FieldKind::Country:
        return std::string("中国");
    case app::FieldKind::Contact:
        return core::AnswerRows{{{"name", "周小寒"}, {"title", "架构师"}, {"phone", "10000004321"}}};
    case app::FieldKind::List: {
        core::AnswerRow row;
        for (const auto& column : field.columns)
            row[column.id] = column.type == core::QuestionType::Number   ? "3"
                             : column.type == core::QuestionType::Single ? column.options.front().id
                                                                         : "示例";
        return core::AnswerRows{row};
    }
    case app::FieldKind::Signature:
        return std::string("80,300 300,80 420,320 600,120 760,300");
    case app::FieldKind::Text:
    case app::FieldKind::Multiline:
        break;
    }
    if (field.id == "tax_number")
        return std::string("91330100MA0000000X");
    if (field.id.ends_with("name"))
        return std::string("周小寒");
    return std::string(field.id.ends_with("organisation") ? "星砂示例科技" : "示例");
}

class Gallery {
public:
    Gallery(ui::Painter& painter, std::optional<fs::path> out) : m_painter(painter), m_out(std::move(out)) {}

    void show(const app::View& shown, const std::string& name) {
        for (const auto size : {ui::PixelSize{1280, 800}, ui::PixelSize{1080, 1920}})
            for (const auto language : {core::Language::Chinese, core::Language::English}) {
                auto view = shown;
                view.language = language;
                const auto file = fmt::format("{}_{}x{}_{}", name, size.width, size.height,
                                              language == core::Language::Chinese ? "zh" : "en");
                const auto painted = m_painter.paint(view, nullptr, size);
                if (!painted)
                    return complain(file + ": " + painted.error().context);
                ++m_pictures;
                for (const auto& fault : m_painter.faults())
                    complain(fmt::format("{}: {}: \"{}\"", file, ui::to_string(fault.fault), fault.text));
                if (m_out)
                    if (const auto written = ui::write_png(painted->half(), *m_out / (file + ".png")); !written)
                        complain(written.error().context);
            }
    }
    void complain(const std::string& what) {
        fmt::print("{}\n", what);
        ++m_complaints;
    }
    int pictures() const { return m_pictures; }
    int complaints() const { return m_complaints; }

private:
    ui::Painter& m_painter;
    std::optional<fs::path> m_out;
    int m_pictures = 0;
    int m_complaints = 0;
};

core::EventConfig config_of(const Case& which, plugin_host::Broker& broker, core::Instant now) {
    core::EventConfig config;
    config.event.code = "DEMO";
    config.event.type = which.type;
    config.event.addons = which.addons;
    config.event.title = which.title;
    config.event.venue = {"湖畔示例会堂", "Lakeside Demo Hall"};
    config.event.timezone = core::TimeZone::create("Asia/Shanghai").value();
    config.event.starts = now - 5 * core::minute_ms;
    config.event.ends = now + 8 * core::hour_ms;
    config.event.settings = "{}";
    config.event.agenda = broker.agenda_template(config, false);
    config.ticket_types.push_back({"std", {"标准票", "Standard"}});
    core::Checkpoint door;
    door.id = "main";
    door.name = {"主入口", "Main door"};
    config.checkpoints.push_back(std::move(door));
    return config;
}

// To the end of the form, page by page. Bounded: a page that never ends is a complaint.
void walk_in(app::KioskApp& kiosk, test::FakeClock& clock, Gallery& gallery, const std::string& type) {
    kiosk.handle(app::intent::OpenWalkIn{});
    for (int page = 1; page <= 20; ++page) {
        const auto view = kiosk.view();
        const auto* form = std::get_if<app::FormView>(&view->body);
        if (form == nullptr)
            break;
        for (const auto& field : form->fields)
            kiosk.handle(app::intent::SetAnswer{field.id, answer_to(field)});
        kiosk.handle(app::intent::FocusField{});
        clock.at = clock.at + 1000;
        gallery.show(*kiosk.view(), fmt::format("{}_form{}", type, page));
        kiosk.handle(app::intent::Confirm{});
        const auto next = kiosk.view();
        if (const auto* same = std::get_if<app::FormView>(&next->body))
            for (const auto& field : same->fields)
                if (!field.problem.key.empty())
                    gallery.complain(type + ": " + field.id + " says " + field.problem.key + " to a good answer");
    }
    const auto view = kiosk.view();
    if (!std::holds_alternative<app::ResultView>(view->body))
        return gallery.complain(type + ": walking in ends at no result");
    gallery.show(*view, type + "_walked_in");
}

void visit(const Case& which, const core::Catalogue& texts, Gallery& gallery) {
    test::FakeStore store;
    test::FakeClock clock;
    test::CountingRandom random;
    NoVerifier verifier;
    plugin_host::Options options;
    options.monotonic_us = [] { return std::int64_t{0}; };
    const std::vector<fs::path> folders{XIANGDAO_BINARY_DIR "/lib/xiangdao/plugins"};
    const auto broker = plugin_host::Broker::create(which.type, which.addons, folders, options);
    for (const auto& missing : broker->missing())
        gallery.complain(std::string(which.type) + ": " + missing.id + " is missing: " + missing.error.context);

    store.now = clock.at;
    const auto config = config_of(which, *broker, clock.at);
    core::Registration guest;
    guest.uid = "guest";
    guest.ticket = "A1B2C3";
    guest.ticket_type = "std";
    guest.person = {"王谷雨", "10000005678", "", "松果示例软件", "数据库工程师"};
    guest.consents = {{"privacy", true}, {"share", true}};
    if (!store.add(config) || !store.add(core::make_registration(guest)))
        return gallery.complain(std::string(which.type) + ": the store does not take the event");
    auto check_in = app::CheckIn::create({&store, &clock, &random, &verifier, broker.get()});
    if (!check_in)
        return gallery.complain(std::string(which.type) + ": " + check_in.error().context);

    BareDeck deck;
    NoPins pins;
    app::Ports ports;
    ports.check_in = &*check_in;
    ports.store = &store;
    ports.clock = &clock;
    ports.random = &random;
    ports.catalogue = &texts;
    ports.deck = &deck;
    ports.pins = &pins;
    ports.plugins = broker.get();
    app::Settings settings;
    settings.checkpoint = "main";
    app::KioskApp kiosk(ports, settings);

    kiosk.handle(app::intent::ScannedText{"A1B2C3", "camera"});
    const auto scanned = kiosk.view();
    const auto* result = std::get_if<app::ResultView>(&scanned->body);
    if (result == nullptr || result->outcome != core::Outcome::Admitted)
        gallery.complain(std::string(which.type) + ": somebody of the roster is not admitted");
    else if (result->welcome.empty())
        gallery.complain(std::string(which.type) + ": no word of welcome");
    gallery.show(*scanned, std::string(which.type) + "_welcome");
    clock.at = clock.at + 30'000;
    kiosk.tick();
    walk_in(kiosk, clock, gallery, which.type);
}

int run(const std::optional<fs::path>& out, const std::string& only) {
    const auto themes = ui::load_themes(resources::assets_folder());
    const auto texts = resources::load_catalogue();
    if (!themes || !texts || !crypto::initialise()) {
        fmt::print(stderr, "event_type_screens: themes or texts can't be read\n");
        return 2;
    }
    auto painter = ui::Painter::create(*themes, *texts);
    if (!painter) {
        fmt::print(stderr, "event_type_screens: no display to draw on; start it through packaging/virtual-display.sh\n");
        return 2;
    }
    if (out)
        fs::create_directories(*out);
    Gallery gallery(**painter, out);
    for (const auto& which : cases())
        if (only.empty() || only == which.type)
            visit(which, *texts, gallery);
    fmt::print("{} pictures, {} complaints\n", gallery.pictures(), gallery.complaints());
    return gallery.pictures() == 0 ? 2 : gallery.complaints() == 0 ? 0 : 1;
}

} // namespace

int main(int count, char** words) {
    std::optional<fs::path> out;
    std::string only;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        if (word == "--out" && i + 1 < count) {
            out = words[++i];
        } else if (word == "--only" && i + 1 < count) {
            only = words[++i];
        } else {
            fmt::print(stderr, "usage: event_type_screens [--out FOLDER] [--only TYPE]\n");
            return 2;
        }
    }
    return run(out, only);
}
