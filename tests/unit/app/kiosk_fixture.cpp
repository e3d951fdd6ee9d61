// SPDX-License-Identifier: Apache-2.0
#include "kiosk_fixture.hpp"

namespace kiosk::test {

using namespace app;

namespace {

class Collector {
public:
    ViewTexts texts;

    void operator()(const Message& message) {
        if (message.empty())
            return;
        texts.messages.push_back(message);
        for (const auto& [name, value] : message.args)
            add(value);
    }
    void operator()(const LocalText& text) {
        add(text.zh);
        add(text.en);
    }
    void operator()(const std::optional<AgendaLine>& line) {
        if (line) {
            (*this)(line->title);
            (*this)(line->room);
        }
    }
    void operator()(const core::Answer& answer) {
        if (const auto* text = std::get_if<std::string>(&answer))
            add(*text);
    }
    void add(const std::string& text) { texts.all += text + "\n"; }

    void operator()(const IdleView& view) {
        for (const auto& line : view.slide_lines)
            (*this)(line);
        if (view.door) {
            (*this)(view.door->title);
            (*this)(view.door->room);
            (*this)(view.door->light);
        }
    }
    void operator()(const ConfirmView& view) {
        add(view.masked_name);
        add(view.phone_tail);
        add(view.masked_organisation);
    }
    void operator()(const FormView& view) {
        (*this)(view.title);
        (*this)(view.hint);
        (*this)(view.next_label);
        (*this)(view.heading);
        (*this)(view.status);
        (*this)(view.reading);
        (*this)(view.reading_note);
        for (const auto& step : view.steps)
            (*this)(step.title);
        for (const auto& field : view.fields) {
            (*this)(field.label);
            (*this)(field.help);
            (*this)(field.limits);
            (*this)(field.problem);
            (*this)(field.said);
            for (const auto& cell : field.cell_problems)
                (*this)(cell.text);
        }
    }
    void operator()(const ResultView& view) {
        (*this)(view.title);
        (*this)(view.detail);
        add(view.name);
        add(view.organisation);
        add(view.staff_note);
        for (const auto& line : view.welcome)
            (*this)(line);
        for (const auto& line : view.meetings)
            (*this)(line);
        (*this)(view.now);
        (*this)(view.next);
    }
    void operator()(const MeetingView& view) { std::visit(*this, view.page); }
    void operator()(const MeetingLine& line) {
        add(line.with);
        add(line.with_organisation);
        add(line.topic);
        (*this)(line.table);
        (*this)(line.purpose);
        (*this)(line.state);
    }
    void operator()(const SlotTile& tile) {
        (*this)(tile.table);
        (*this)(tile.why);
    }
    void operator()(const MeetingScanPage& page) {
        (*this)(page.title);
        (*this)(page.hint);
        (*this)(page.problem);
    }
    void operator()(const MeetingHomePage& page) {
        add(page.name);
        (*this)(page.why_not);
        (*this)(page.nothing);
        for (const auto* lines : {&page.meetings, &page.requests})
            for (const auto& line : *lines)
                (*this)(line);
    }
    void operator()(const MeetingPeoplePage& page) {
        for (const auto& person : page.people) {
            add(person.name);
            add(person.organisation);
            for (const auto& why : person.why)
                (*this)(why);
        }
    }
    void operator()(const MeetingSlotsPage& page) {
        (*this)(page.title);
        for (const auto& tile : page.slots)
            (*this)(tile);
    }
    void operator()(const MeetingSlipPage& page) {
        (*this)(page.title);
        (*this)(page.detail);
        (*this)(page.meeting);
        for (const auto& rule : page.rules)
            (*this)(rule);
        for (const auto& tile : page.instead)
            (*this)(tile);
    }
    void operator()(const BoardView& board) {
        for (const auto& stray : board.strays)
            (*this)(stray.why);
        if (board.detail) {
            (*this)(board.detail->state);
            (*this)(board.detail->why);
            (*this)(board.detail->purpose);
            (*this)(board.detail->outcome);
        }
        if (board.slot)
            (*this)(board.slot->hint);
        (*this)(board.moving_hint);
    }
    void operator()(const SessionRow& row) {
        (*this)(row.title);
        (*this)(row.private_title);
        (*this)(row.state_text);
        (*this)(row.light);
    }
    void operator()(const SessionDetail& detail) {
        (*this)(detail.row);
        if (!detail.may_see)
            return;
        (*this)(detail.level);
        for (const auto& warning : detail.warnings)
            (*this)(warning);
        for (const auto& person : detail.people) {
            add(person.name);
            (*this)(person.role);
            (*this)(person.status_text);
        }
        for (const auto& quota : detail.quotas)
            (*this)(quota.role);
        add(detail.minutes);
    }
    void operator()(const SearchView& view) {
        (*this)(view.hint);
        for (const auto& row : view.rows) {
            add(row.masked_name);
            add(row.masked_organisation);
            add(row.phone_tail);
        }
    }
    void operator()(const SecondFactorView& view) {
        add(view.masked_name);
        (*this)(view.prompt);
        (*this)(view.problem);
    }
    void operator()(const StaffPinView& view) { (*this)(view.problem); }
    void operator()(const StaffView& view) {
        (*this)(view.notice);
        for (const auto& row : view.override_reasons)
            (*this)(row.label);
        for (const auto& row : view.recent)
            add(row.name);
        for (const auto& row : view.duplicates) {
            (*this)(row.checkpoint);
            add(row.name);
        }
        for (const auto& row : view.responses)
            add(row.organisation + row.respondent);
        for (const auto& row : view.leads) {
            (*this)(row.type);
            (*this)(row.status);
        }
        if (view.board)
            (*this)(*view.board);
        if (view.closed) {
            for (const auto& row : view.closed->rows)
                (*this)(row);
            if (view.closed->open)
                (*this)(*view.closed->open);
        }
        if (view.lead) {
            (*this)(view.lead->source);
            for (const auto& change : view.lead->history)
                (*this)(change.status);
        }
        for (const auto& [label, value] : view.system) {
            (*this)(label);
            add(value);
        }
    }
    void operator()(const InterviewEndView& view) {
        (*this)(view.name);
        for (const auto& row : view.missing)
            (*this)(row.label);
        for (const auto& lead : view.leads)
            (*this)(lead);
    }
    void operator()(const SetupView& view) {
        (*this)(view.title);
        (*this)(view.hint);
        (*this)(view.status);
    }
    void operator()(const OutOfOrderView& view) {
        (*this)(view.what);
        (*this)(view.told);
        (*this)(view.next);
        add(view.technical);
    }
};

} // namespace

ViewTexts texts_of(const View& view) {
    Collector collect;
    collect(view.sync.text);
    collect(view.notice);
    collect(view.header.event_title);
    collect(view.header.now);
    collect(view.header.next);
    std::visit(collect, view.body);
    return collect.texts;
}

Kiosk::Kiosk() {
    auto loaded = resources::load_catalogue(std::string(XIANGDAO_SOURCE_DIR) + "/assets");
    INFO((loaded ? "" : loaded.error().context));
    REQUIRE(loaded);
    catalogue = std::move(*loaded);

    config.event.code = "DEMO";
    config.event.type = "salon";
    config.event.title = {"天天象上 · 杭州站", "Hangzhou Salon"};
    config.event.venue = {"湖畔示例会堂", "Lakeside Demo Hall"};
    config.event.starts = *core::parse_rfc3339("2026-11-20T13:00:00+08:00");
    config.event.ends = *core::parse_rfc3339("2026-11-20T18:00:00+08:00");
    config.event.timezone = *core::TimeZone::create("Asia/Shanghai");
    const auto item = [&](const char* from, const char* to, core::LocalText title) {
        const auto at = [](std::string time) { return *core::parse_rfc3339("2026-11-20T" + time + ":00+08:00"); };
        config.event.agenda.push_back({"talk", std::move(title), {"主会场", "Main hall"}, at(from), at(to)});
    };
    item("13:00", "13:30", {"签到", "Check-in"});
    item("13:30", "13:40", {"开场", "Opening"});
    config.ticket_types = {{"std", {"标准票", "Standard"}}};
    core::Checkpoint main;
    main.id = "main";
    main.name = {"正门", "Main door"};
    core::Checkpoint side;
    side.id = "side";
    side.name = {"侧门", "Side door"};
    side.closed = true;
    config.checkpoints = {main, side};
    config.staff = {{"lin", "林冬至", {"organizer"}, "hash 1234"}, {"he", "何夏至", {"desk"}, "hash 8888"}};

    person("A1", "王谷雨", "10000005678", "松果示例软件");
    person("B2", "李白露", "10000025678", "青屿示例银行");
    person("C3", "王小满", "", "白鹭示例集成");
    person("D4", "Grace Hopper", "10000001906", "Egret Demo");
    settings.checkpoint = "main";
}

core::Registration& Kiosk::person(std::string ticket, std::string name, std::string phone, std::string organisation) {
    core::Registration registration;
    registration.uid = "uid-" + ticket;
    registration.ticket = std::move(ticket);
    registration.ticket_type = "std";
    registration.person.name = std::move(name);
    registration.person.phone = std::move(phone);
    registration.person.organisation = std::move(organisation);
    people.push_back(std::move(registration));
    return people.back();
}

void Kiosk::open() {
    REQUIRE(store.add(config));
    for (const auto& registration : people)
        REQUIRE(store.add(core::make_registration(registration)));
    auto made = CheckIn::create({&store, &clock, &random, &verifier, &plugin});
    REQUIRE(made);
    check_in = std::move(*made);
    if (!config.units.empty()) {
        auto opened = BookingDesk::create({&store, &clock, &random, alone});
        REQUIRE(opened);
        desk = std::move(*opened);
    }
    if (!config.event.addons.empty() || std::ranges::any_of(config.sessions, &core::Session::is_closed_door)) {
        auto opened = SessionDesk::create({&store, &clock, &random});
        REQUIRE(opened);
        sessions = std::move(*opened);
    }
    app.emplace(Ports{&*check_in, &store, &clock, &random, &*catalogue, &deck, &pins, &composer, &welcome, desk ? &*desk : nullptr,
                      sessions ? &*sessions : nullptr},
                settings);
    check_view();
}

void Kiosk::send(const Intent& intent) {
    app->handle(intent);
    check_view();
}

void Kiosk::type(const std::string& keys) {
    for (const char key : keys)
        send(intent::PressKey{key == ' ' ? "space" : std::string(1, key)});
}

void Kiosk::pin(const std::string& digits) {
    type(digits);
    send(intent::PressKey{"enter"});
}

void Kiosk::pass(std::int64_t ms) {
    const auto until = clock.boot + ms;
    for (int wake_ups = 0; clock.boot < until; ++wake_ups) {
        app->tick();
        const auto due = app->next_deadline_ms();
        REQUIRE(due > clock.boot); // else the thread would spin
        REQUIRE(wake_ups < 2000);
        clock.pass(std::min(due, until) - clock.boot);
        app->tick();
        check_view();
    }
}

const View& Kiosk::view() {
    m_view = app->view();
    return *m_view;
}

void Kiosk::check_view() {
    const auto& shown = view();
    if (shown.revision == m_checked)
        return;
    m_checked = shown.revision;
    const auto texts = texts_of(shown);
    for (const auto& message : texts.messages) {
        INFO("key " << message.key);
        REQUIRE(catalogue->has(message.key));
        for (const auto language : {core::Language::Chinese, core::Language::English}) {
            // Each {argument} of the text is given, and nothing is given that the text doesn't use.
            const auto pattern = catalogue->text(language, message.key);
            auto left = pattern;
            for (const auto& [name, value] : message.args) {
                const auto at = left.find("{" + name + "}");
                REQUIRE(at != std::string::npos);
                left.erase(at, name.size() + 2);
            }
            REQUIRE(left.find('{') == std::string::npos);
        }
    }
    if (shown.staff_mode)
        return;
    const auto* result = std::get_if<ResultView>(&shown.body);
    for (const auto& registration : people) {
        INFO("public screen: " << texts.all);
        if (!registration.person.phone.empty())
            REQUIRE(texts.all.find(registration.person.phone) == std::string::npos);
        const bool own = result != nullptr && result->outcome == core::Outcome::Admitted &&
                         result->name == registration.person.name;
        // Whoever lets their contact be shared may be named to those whom they meet.
        const auto consent = registration.consents.find("share");
        const bool open = (std::holds_alternative<MeetingView>(shown.body) || std::holds_alternative<FormView>(shown.body)) &&
                          consent != registration.consents.end() && consent->second;
        if (!own && !open)
            REQUIRE(texts.all.find(registration.person.name) == std::string::npos);
        // No green without a saved operation behind it.
        if (own)
            REQUIRE(std::ranges::any_of(store.scans(), [&](const auto& scan) {
                return scan.record.outcome == core::Outcome::Admitted && !scan.undone &&
                       scan.record.registration == registration.uid;
            }));
    }
}

} // namespace kiosk::test
